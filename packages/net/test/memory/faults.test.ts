import { beforeEach, describe, expect, test } from 'vitest';
import { StreamLimitError } from '../../src/errors.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import type { MemoryEndpoint } from '../../src/memory/endpoint.js';
import { MemoryNetwork } from '../../src/memory/index.js';
import type { CloseReason } from '../../src/transport/close-reason.js';
import type { Connection, SendStream } from '../../src/transport/seam.js';
import { ManualClock } from '../support/manual-clock.js';

const ALPN = 'faults/1';
const LATENCY = 10;
const IDLE = 1_000;

let clock: ManualClock;
let network: MemoryNetwork;
/** What the network draws next; then 0.999. */
let draws: number[];

beforeEach(() => {
  clock = new ManualClock();
  draws = [];
  network = new MemoryNetwork({
    latencyMs: LATENCY,
    idleTimeoutMs: IDLE,
    clock,
    random: () => draws.shift() ?? 0.999,
  });
});

interface Pair {
  readonly a: MemoryEndpoint;
  readonly b: MemoryEndpoint;
  readonly ab: Connection;
  readonly ba: Connection;
  /** What b has read, and when. */
  readonly heard: { readonly at: number; readonly bytes: number }[];
}

async function connect(a = network.endpoint(), b = network.endpoint()): Promise<Pair> {
  const incoming = b.accept()[Symbol.asyncIterator]().next();
  b.setAlpns([ALPN]);
  const dial = a.connect(b.addr(), ALPN);
  await clock.advance(LATENCY);
  const next = await incoming;
  if (next.done) throw new Error('nobody came');
  const ba = await next.value.accept();
  await clock.advance(LATENCY);
  const heard: Pair['heard'] = [];
  void (async () => {
    for await (const stream of ba.acceptUni()) {
      void (async () => {
        for (let chunk = await stream.read(); chunk; chunk = await stream.read()) {
          heard.push({ at: clock.now(), bytes: chunk.length });
        }
      })().catch(() => {}); // the connection ends before the stream does
    }
  })();
  return { a, b, ab: await dial, ba, heard };
}

/** How and when a connection ends; empty until then. */
function endOf(connection: Connection): { at?: number; reason?: CloseReason } {
  const end: { at?: number; reason?: CloseReason } = {};
  void connection.closed.then((reason) => Object.assign(end, { at: clock.now(), reason }));
  return end;
}

async function say(connection: Connection, bytes: number): Promise<SendStream> {
  const stream = await connection.openUni();
  stream.write(new Uint8Array(bytes));
  return stream;
}

describe('a bad path', () => {
  test('loses nothing: what has to be sent again comes late, and other streams overtake it', async () => {
    const { a, b, ab, heard } = await connect();
    network.shape(a, b, { loss: 0.5 });
    const began = clock.now();
    draws = [0.999, 0.1, 0.1]; // the announcement of the stream arrives at once, its data is lost twice
    await say(ab, 1);
    await say(ab, 2);
    await clock.advance(500);
    expect(heard).toEqual([
      { at: began + LATENCY, bytes: 2 },
      { at: began + LATENCY + 45 + 90, bytes: 1 },
    ]);
  });

  test('with little bandwidth is busy for as long as the bytes take', async () => {
    const { a, b, ab, heard } = await connect();
    network.shape(a, b, { bytesPerSecond: 10_000 });
    const began = clock.now();
    await say(ab, 1_000);
    await say(ab, 1_000);
    await clock.advance(500);
    expect(heard.map(({ at }) => at - began)).toEqual([LATENCY + 100, LATENCY + 200]);
  });

  test('that swallows large datagrams stalls large writes until the size is given up, and only those', async () => {
    const { a, b, ab, heard } = await connect();
    network.shape(a, b, { largestDatagram: 1_200 });
    const began = clock.now();
    await say(ab, 4_000);
    await say(ab, 100);
    await clock.advance(2_000);
    await say(ab, 4_000);
    await clock.advance(2_000);
    expect(heard.map(({ at, bytes }) => [at - began, bytes])).toEqual([
      [LATENCY, 100],
      [LATENCY + 1_500, 4_000],
      [LATENCY + 2_000, 4_000],
    ]);
  });
});

describe('a cut', () => {
  test('that is shorter than the idle time-out is a delay', async () => {
    const { a, b, ab, heard } = await connect();
    network.cut(a, b);
    await say(ab, 1);
    await clock.advance(IDLE - 1);
    expect(heard).toEqual([]);
    network.heal(a, b);
    await clock.advance(LATENCY);
    expect(heard).toHaveLength(1);
    await clock.advance(3 * IDLE);
    expect(endOf(ab)).toEqual({});
  });

  test('in one direction is noticed by the deaf side first; the other then hears nothing either', async () => {
    const { a, b, ab, ba } = await connect();
    const [atA, atB] = [endOf(ab), endOf(ba)];
    const began = clock.now();
    network.cutOneWay(a, b);
    await clock.advance(3 * IDLE);
    expect(atB).toEqual({ at: began + IDLE, reason: { type: 'timeout' } });
    expect(atA).toEqual({ at: began + 2 * IDLE, reason: { type: 'timeout' } });
    expect(network.connectionCount).toBe(0);
    expect(clock.timers).toBe(0);
  });

  test('swallows a close: the peer has to wait for its time-out', async () => {
    const { a, b, ab, ba } = await connect();
    const atB = endOf(ba);
    network.cutOneWay(a, b);
    const began = clock.now();
    ab.close(7, 'unheard');
    await clock.advance(IDLE);
    expect(atB).toEqual({ at: began + IDLE, reason: { type: 'timeout' } });
    expect(network.connectionCount).toBe(0);
  });

  test('keeps dials from both sides', async () => {
    const { a, b } = await connect();
    network.cutOneWay(b, a);
    const dial = a.connect(b.addr(), ALPN);
    const failing = expect(dial).rejects.toThrow('nobody answered');
    await clock.advance(10_000);
    await failing;
  });
});

describe('an endpoint', () => {
  test('that sleeps keeps its side of a connection that its peer has given up', async () => {
    const { a, b, ab, ba } = await connect();
    const [atA, atB] = [endOf(ab), endOf(ba)];
    network.suspend(b);
    const asleep = clock.now();
    await clock.advance(IDLE / 2);
    network.resume(b);
    await clock.advance(2 * IDLE);
    expect([atA, atB]).toEqual([{}, {}]);

    network.suspend(a);
    const again = clock.now();
    await clock.advance(IDLE);
    expect(atB).toEqual({ at: again + IDLE, reason: { type: 'timeout' } });
    expect(asleep).toBeLessThan(again);
  });

  test('that reads nothing fills its window and stays connected; then it reads all', async () => {
    const { b, ab, ba, heard } = await connect();
    network.mute(b);
    await say(ab, 100_000);
    await clock.advance(3 * IDLE);
    expect(heard).toEqual([]);
    expect(ab.stats().queuedBytes).toBe(100_000 - 64 * 1024);
    network.unmute(b);
    await clock.advance(100);
    expect(heard.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(100_000);
    expect(endOf(ba)).toEqual({});
  });

  test('that crashes tells nobody, not even itself; another process takes its key and address', async () => {
    const secretKey = SecretKey.fromBytes(new Uint8Array(32).fill(1));
    const first = network.endpoint({ secretKey });
    const { b, ab, ba } = await connect(first);
    const [own, peer] = [endOf(ab), endOf(ba)];
    network.crash(first);
    const second = network.endpoint({ secretKey, socketAddr: first.socketAddr });
    await connect(second, b);
    await clock.advance(IDLE);
    expect(own).toEqual({});
    expect(peer.reason).toEqual({ type: 'timeout' });
    expect(network.connectionCount).toBe(1);
  });

  test('allows as many streams as it wants', async () => {
    const narrow = network.endpoint({ maxUniStreams: 2 });
    const { ab, ba } = await connect(network.endpoint(), narrow);
    const stream = await say(ab, 1);
    await say(ab, 1);
    await expect(ab.openUni()).rejects.toThrow(StreamLimitError);
    await ba.openUni();
    stream.finish();
    await clock.advance(2 * LATENCY);
    await say(ab, 1);
  });
});
