import { type EndpointAddr, SecretKey } from '@grapevine/net';
import { WebEndpoint } from '../../src/index.js';
import { type Call, deserialize, serialize } from './wire.js';

/** The objects that a test asks for first. */
const tools = {
  endpoint: (seed: Uint8Array, options: { readonly handshakeTimeoutMs?: number }) =>
    new WebEndpoint({ key: SecretKey.fromBytes(seed), ...options }),
  controller: () => new AbortController(),
  connect: (endpoint: WebEndpoint, to: EndpointAddr, alpn: string, controller: AbortController | undefined) =>
    endpoint.connect(to, alpn, controller && { signal: controller.signal }),
  /** Adds an address to the lookup of an endpoint. */
  learn: (endpoint: WebEndpoint, addr: EndpointAddr) => endpoint.addressLookup.add(addr, 'user'),
};

/** Every object that a test has, by number. */
const objects: object[] = [tools];
const numbers = new Map<object, number>();

function keep(object: object): number {
  const number = numbers.get(object) ?? objects.push(object) - 1;
  numbers.set(object, number);
  return number;
}

interface Socket {
  send(text: string): void;
  onmessage: ((event: { readonly data: string }) => void) | null;
}
// The compiler settings of the tests know Node and no browser.
const { WebSocket, location } = globalThis as unknown as {
  WebSocket: new (url: string) => Socket;
  location: { readonly host: string };
};
const socket = new WebSocket(`ws://${location.host}/calls`);
const reply = (answer: object) => socket.send(serialize(answer, keep));

socket.onmessage = ({ data }) => void carryOut(deserialize(data, ({ number }) => objects[number]) as Call);

/** Runs in one turn up to the first promise, because the caller may block until then. */
async function carryOut({ id, on, name, args, answer }: Call): Promise<void> {
  try {
    const target = objects[on] as Record<string, unknown>;
    const member = target[name];
    const value = typeof member === 'function' ? member.apply(target, args) : member;
    switch (answer) {
      case 'now':
        return reply({ id, value });
      case 'later':
        return reply({ id, value: await value });
      case 'next':
        return reply({ id, value: await (value as AsyncIterable<unknown>)[Symbol.asyncIterator]().next() });
    }
  } catch (error) {
    reply({ id, error });
  }
}
