import { Gossip, topicIdFrom } from '@grapevine/api';
import { SecretKey } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { WebEndpoint } from '@grapevine/web';
import { transferredAway } from './wrong.js';

// biome-ignore lint/suspicious/noExplicitAny: that is the point
export type Anything = any;

/** A call with one wrong argument, and what the error says about it. */
export interface Mistake {
  readonly call: string;
  readonly make: (wrong: Anything) => unknown;
  readonly wrong: readonly (readonly [value: unknown, says: RegExp])[];
}

export const network = new MemoryNetwork();
export const endpoint = network.endpoint({ alpns: [Gossip.ALPN] });
export const gossip = Gossip.spawn(endpoint);
export const key = SecretKey.generate();
/** An endpoint that nobody can dial. */
export const leaf = new WebEndpoint({ key });
export const id = topicIdFrom('room');
export const topic = await gossip.subscribe(id);

export const peerId = key.id;
export const half = '17'.repeat(16);

export const notOptions = (what: string): Mistake['wrong'] => [
  ['fast', new RegExp(`the options of ${what} must be an object, got "fast"`)],
  [[1], new RegExp(`the options of ${what} must be an object, got an array of 1`)],
  [null, new RegExp(`the options of ${what} must be an object, got null`)],
  [7, new RegExp(`the options of ${what} must be an object, got 7`)],
  [AbortSignal.abort(), new RegExp(`the options of ${what} must be a plain object, got one of AbortSignal`)],
  [new Map(), new RegExp(`the options of ${what} must be a plain object, got one of Map`)],
];

export const misspelt = (wrong: string, right: string): readonly [value: unknown, says: RegExp] => [
  { [wrong]: 1 },
  new RegExp(`has no option "${wrong}"; did you mean "${right}"\\?`),
];

export const topicIds: Mistake['wrong'] = [
  ['my-room', /topic must be a TopicId .*topicIdFrom.* got "my-room"/],
  [half, /topic must be a TopicId .*64 lower-case hex digits.* got "1717/],
  ['AB'.repeat(32), /topic must be a TopicId .*lower-case/],
  [undefined, /topic must be a TopicId .* got undefined/],
  [null, /topic must be a TopicId .* got null/],
  [new Uint8Array(32), /topic must be a TopicId .* got a Uint8Array of 32 bytes/],
];

export const peers = (name: string): Mistake['wrong'] => [
  [[undefined], new RegExp(`${name}\\[0\\] must be .* got undefined`)],
  [[peerId, 7], new RegExp(`${name}\\[1\\] must be .* got 7`)],
  [[{}], new RegExp(`${name}\\[0\\] must be an EndpointAddr`)],
  [[{ id: half, addrs: [] }], new RegExp(`${name}\\[0\\].id must be an EndpointId`)],
  [[{ id: peerId, addrs: 'here' }], new RegExp(`${name}\\[0\\] must be an EndpointAddr`)],
  [[{ id: peerId, addrs: [{ type: 'ip' }] }], new RegExp(`${name}\\[0\\].addrs\\[0\\].addr must be a SocketAddr`)],
  [
    [{ id: peerId, addrs: [{ type: 'ip', addr: { host: 'localhost', port: 1 } }] }],
    new RegExp(`${name}\\[0\\].addrs\\[0\\].addr must be an IP address`),
  ],
  [[{ id: peerId, addrs: [{ type: 'tcp' }] }], new RegExp(`${name}\\[0\\].addrs\\[0\\] must be a TransportAddr`)],
];

export const signals: Mistake['wrong'] = [
  [{ signal: 5 }, /signal must be an AbortSignal, got 5/],
  [{ signal: new AbortController() }, /signal must be an AbortSignal, got an AbortController/],
  misspelt('singal', 'signal'),
];

export const secretKeys: Mistake['wrong'] = [
  [{ secretKey: key.toHex() }, /secretKey must be a SecretKey, got a string of 64/],
];
export const loggers: Mistake['wrong'] = [
  [{ logger: console.log }, /logger must be a Logger/],
  [{ logger: { info() {} } }, /logger must be a Logger, got an object without debug\(\)/],
];

export const broadcastOptions = (what: string): Mistake['wrong'] => [
  ...notOptions(what),
  ...signals,
  [{ whenAlone: 'wait' }, /whenAlone must be "keep" or "reject", got "wait"/],
  [{ whenAlone: true }, /whenAlone must be "keep" or "reject", got true/],
  misspelt('whenalone', 'whenAlone'),
];

export const contents: Mistake['wrong'] = [
  [undefined, /content must be a Uint8Array or a string, got undefined/],
  [null, /content must be .* got null/],
  [{ text: 'hello' }, /content must be .* got an object/],
  [[1, 2, 3], /content must be .* got an array of 3/],
  [transferredAway(), /content must be a Uint8Array that was not transferred away/],
  [new Proxy(new Uint8Array(3), {}), /content must be .* got a Uint8Array/],
  [new ArrayBuffer(4), /content must be .* got an ArrayBuffer/],
  [new Uint16Array(4), /content must be .* got a Uint16Array of 8 bytes/],
];
