import assert from 'node:assert/strict';
import { ConnectError, type ConnectFailure } from '../errors.js';
import type { BiStream, Connection, Endpoint, Incoming, RecvStream } from '../transport/seam.js';
import type { EndpointRequest, TransportUnderTest } from './setup.js';

/** The protocol that the suite speaks. */
export const ALPN = 'grapevine-compliance/1';

/** Two connected endpoints. */
export interface Pair {
  readonly a: Endpoint;
  readonly b: Endpoint;
  /** a's end. */
  readonly ab: Connection;
  /** b's end. */
  readonly ba: Connection;
}

/** Runs a test with endpoints that are closed at its end, whatever happens. */
export async function withEndpoints<T>(
  transport: TransportUnderTest,
  requests: readonly EndpointRequest[],
  body: (...endpoints: Endpoint[]) => Promise<T>,
): Promise<T> {
  const endpoints: Endpoint[] = [];
  try {
    for (const request of requests) endpoints.push(await transport.create({ alpns: [ALPN], ...request }));
    return await body(...endpoints);
  } finally {
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  }
}

/** Runs a test on a fresh connection from a to b. */
export function withPair(
  transport: TransportUnderTest,
  body: (pair: Pair) => Promise<void>,
  request: EndpointRequest = {},
): Promise<void> {
  return withEndpoints(transport, [request, request], async (a, b) => {
    assert(a && b);
    const [ab, ba] = await connectPair(a, b);
    await body({ a, b, ab, ba });
  });
}

/** Dials from a to b. @returns a's end, b's end */
export async function connectPair(a: Endpoint, b: Endpoint): Promise<[Connection, Connection]> {
  const accepted = acceptOne(b);
  const dialed = await a.connect(b.addr(), ALPN);
  return [dialed, await accepted];
}

/** Accepts the next incoming connection. */
export async function acceptOne(endpoint: Endpoint): Promise<Connection> {
  return (await nextIncoming(endpoint)).accept();
}

/** Accepts whoever comes, until the endpoint is closed. */
export async function letEverybodyIn(endpoint: Endpoint): Promise<void> {
  for await (const incoming of endpoint.accept()) incoming.accept().catch(() => {}); // the dialing side tells
}

/** The next incoming connection, undecided. */
export function nextIncoming(endpoint: Endpoint): Promise<Incoming> {
  return first(endpoint.accept());
}

/** The next item of an iterable that is not ended by taking one. */
export async function first<T>(iterable: AsyncIterable<T>): Promise<T> {
  const { done, value } = await iterable[Symbol.asyncIterator]().next();
  assert(!done, 'the iterable ended instead of giving an item');
  return value;
}

/** Whether an iterable ends without another item. */
export async function ends(iterable: AsyncIterable<unknown>): Promise<boolean> {
  return (await iterable[Symbol.asyncIterator]().next()).done === true;
}

/** Everything up to the end of a stream. */
export async function readAll(stream: RecvStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await stream.read(); chunk; chunk = await stream.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Sends back whatever comes. */
export async function echo({ send, recv }: BiStream): Promise<void> {
  for (let chunk = await recv.read(); chunk; chunk = await recv.read()) {
    if (!send.write(chunk)) await send.drained;
  }
  send.finish();
}

/** Bytes that differ from place to place, so that a lost or doubled piece shows. */
export function pattern(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

/** Asserts that a dial fails for a reason. */
export async function failsToConnect(dial: Promise<unknown>, reason: ConnectFailure): Promise<void> {
  await assert.rejects(dial, (error) => {
    assert(error instanceof ConnectError, `expected a ConnectError, got ${String(error)}`);
    assert.equal(error.reason, reason, error.message);
    return true;
  });
}
