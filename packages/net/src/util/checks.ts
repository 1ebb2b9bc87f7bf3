import { anObjectWith, type Check, describe, someBytes } from '@grapevine/proto/check';
import { parseSocketAddr } from '../address/socket-addr.js';

const HEX_32 = /^[0-9a-f]{64}$/;

/** A topic: not a name, but an id. */
export const aTopicId: Check = (name, value) => {
  const expected = 'a TopicId (64 lower-case hex digits; topicIdFrom(text) makes one)';
  if (typeof value !== 'string') throw new TypeError(`${name} must be ${expected}, got ${describe(value)}`);
  if (!HEX_32.test(value)) throw new RangeError(`${name} must be ${expected}, got ${describe(value)}`);
};

/** Who an endpoint is. (That there can be such a key shows when it is dialed: to find out for a long list takes seconds.) */
export const anEndpointId: Check = (name, value) => {
  const expected = 'an EndpointId (64 lower-case hex digits of a public key)';
  if (typeof value !== 'string') throw new TypeError(`${name} must be ${expected}, got ${describe(value)}`);
  if (!HEX_32.test(value)) throw new RangeError(`${name} must be ${expected}, got ${describe(value)}`);
};

/** Who and where. */
export const anEndpointAddr: Check = (name, value) => {
  const { id, addrs } = Object(value) as { id?: unknown; addrs?: unknown };
  if (typeof value !== 'object' || value === null || id === undefined || !Array.isArray(addrs)) {
    throw new TypeError(`${name} must be an EndpointAddr ({ id, addrs: […] }), got ${describe(value)}`);
  }
  anEndpointId(`${name}.id`, id);
  for (const [i, addr] of addrs.entries()) aTransportAddr(`${name}.addrs[${i}]`, addr);
};

/** An id, with or without addresses. */
export const aPeer: Check = (name, value) => {
  if (typeof value === 'string') return anEndpointId(name, value);
  if (typeof value === 'object' && value !== null) return anEndpointAddr(name, value);
  throw new TypeError(`${name} must be an EndpointId or an EndpointAddr, got ${describe(value)}`);
};

/** One way to reach an endpoint. */
export const aTransportAddr: Check = (name, value) => {
  const { type, url, addr, transport, data } = Object(value) as Record<string, unknown>;
  switch (type) {
    case 'ip':
      return aSocketAddr(`${name}.addr`, addr);
    case 'relay':
      if (typeof url !== 'string' || !URL.canParse(url)) {
        throw new TypeError(`${name}.url must be a URL, got ${describe(url)}`);
      }
      return;
    case 'custom':
      if (typeof transport !== 'bigint') {
        throw new TypeError(`${name}.transport must be a bigint, got ${describe(transport)}`);
      }
      return someBytes(`${name}.data`, data);
    default:
      throw new TypeError(
        `${name} must be a TransportAddr ({ type: 'ip' | 'relay' | 'custom', … }), got ${describe(value)}`,
      );
  }
};

/** An IP address with a port. */
export const aSocketAddr: Check = (name, value) => {
  const { host, port } = Object(value) as { host?: unknown; port?: unknown };
  if (typeof host !== 'string' || typeof port !== 'number') {
    throw new TypeError(`${name} must be a SocketAddr ({ host, port }), got ${describe(value)}`);
  }
  try {
    parseSocketAddr(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
  } catch {
    throw new RangeError(
      `${name} must be an IP address with a port from 0 to 65535, got ${describe(`${host}:${port}`)}`,
    );
  }
};

/** `SecretKey`, also that of another copy of the package. */
export const aSecretKey: Check = anObjectWith('a SecretKey', 'sign', 'toPem', 'toBytes');
/** Where to report. */
export const aLogger: Check = anObjectWith('a Logger', 'debug', 'info', 'warn', 'error');
/** Where the time comes from. */
export const aClock: Check = anObjectWith('a Clock', 'now', 'setTimer');
/** Where addresses are looked up. */
export const anAddressLookup: Check = anObjectWith(
  'an AddressLookup',
  'add',
  'get',
  'resolve',
  'remove',
  'addProvider',
);
/** An endpoint of any transport. */
export const anEndpoint: Check = anObjectWith(
  'an Endpoint',
  'connect',
  'accept',
  'addr',
  'watchAddr',
  'setAlpns',
  'close',
);
