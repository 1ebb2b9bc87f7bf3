import { afterEach, describe, expect, it } from 'vitest';
import { ALPN, acceptOne, bind, closeAll, readAll, text, track, until, where } from './helpers.js';
import { crypto, stream } from './hostile/frames.js';
import { HostileClient } from './hostile/hostile-client.js';

afterEach(closeAll);

const LIMITS = { bytes: 16_384, streams: 64 };
/** What one more turn of the event loop may read. */
const ONE_TURN = 64 << 10;

async function besiege() {
  const server = await bind();
  const [hostile, accepted] = await Promise.all([
    HostileClient.connect(where(server), { alpn: ALPN }),
    acceptOne(server),
  ]);
  accepted.limitPending?.(LIMITS);
  return { server, hostile: track(hostile), accepted };
}

describe('a peer that may have little waiting', () => {
  it.each([
    ['CRYPTO frames in single bytes', (at: number) => crypto(at, Buffer.alloc(1))],
    ['a stream in single bytes', (at: number) => stream(2, at, Buffer.alloc(1))],
  ])('is cut off for %s, at a sixtieth of what a neighbor may bring', async (_, piece) => {
    const { server, hostile } = await besiege();
    for (let i = 0; i < 1_000 && hostile.closeCode === undefined; i++) {
      hostile.send(Buffer.concat(Array.from({ length: 150 }, (_, k) => piece(1 + (i * 150 + k) * 2))));
      if (i % 4 === 3) await hostile.flushed();
    }
    expect(hostile.sent).toBeLessThan(LIMITS.bytes + ONE_TURN);
    expect(server.stats()).toMatchObject({ floods: 1, connections: 0 });
  });

  it('earns nothing by talking: what streams carry makes good for itself alone', async () => {
    const { hostile, accepted } = await besiege();
    void (async () => {
      for await (const incoming of accepted.acceptUni()) void readAll(incoming).catch(() => {});
    })();
    let crypted = 0;
    for (let i = 0; i < 1_000 && hostile.closeCode === undefined; i++) {
      hostile.send(stream(2, i * 600, Buffer.alloc(600)), crypto(1 + i * 700, Buffer.alloc(500)));
      crypted += 500;
      if (i % 4 === 3) await hostile.flushed();
    }
    expect(crypted).toBeLessThan(LIMITS.bytes + ONE_TURN);
  });

  it('is cut off when it opens more streams than anybody takes, and not when they are taken', async () => {
    const { hostile, accepted, server } = await besiege();
    for (let i = 0; i < 60; i++) hostile.send(stream(2 + 4 * i, 0, Buffer.of(i)));
    await until(() => server.stats().datagramsReceived > 60);
    const taking = (async () => {
      let taken = 0;
      for await (const _ of accepted.acceptUni()) if (++taken === 60) return;
    })();
    await taking;
    for (let i = 60; i < 120; i++) hostile.send(stream(2 + 4 * i, 0, Buffer.of(i)));
    await hostile.flushed();
    expect(hostile.closeCode).toBeUndefined();
    for (let i = 120; i < 200 && hostile.closeCode === undefined; i++) {
      hostile.send(stream(2 + 4 * i, 0, Buffer.of(i)));
      await hostile.flushed();
    }
    await until(() => hostile.closeCode === 4);
    expect(await accepted.closed).toEqual({ type: 'error', message: 'too many streams that nobody has taken' });
  });

  it('is cut off when it opens thousands of streams that say nothing, also while it talks on others', async () => {
    const { hostile, accepted, server } = await besiege();
    void (async () => {
      for await (const incoming of accepted.acceptUni()) void readAll(incoming).catch(() => {});
    })();
    let opened = 0;
    for (let i = 0; i < 40 && hostile.closeCode === undefined; i++) {
      const silent = Array.from({ length: 100 }, () => stream(2 + 4 * ++opened, 0, Buffer.alloc(0)));
      hostile.send(stream(2, i * 400, Buffer.alloc(400)), ...silent);
      await hostile.flushed();
    }
    await until(() => hostile.closeCode === 4);
    expect(opened).toBeLessThan(2_000);
    expect(await accepted.closed).toEqual({ type: 'error', message: 'too many streams that say nothing' });
    expect(server.stats()).toMatchObject({ floods: 1, connections: 0 });
  });

  it('may open a thousand that are read and finished', async () => {
    const { hostile, accepted, server } = await besiege();
    let ended = 0;
    void (async () => {
      for await (const incoming of accepted.acceptUni()) void readAll(incoming).then(() => ended++);
    })();
    for (let i = 0; i < 1_000; i++) {
      hostile.send(stream(2 + 4 * i, 0, Buffer.alloc(8), true));
      if (i % 20 === 19) await until(() => ended > i);
    }
    expect(server.stats()).toMatchObject({ floods: 0, connections: 1 });
  });

  it('may have more as soon as it is allowed to', async () => {
    const { hostile, accepted } = await besiege();
    accepted.limitPending?.({ bytes: Number.POSITIVE_INFINITY, streams: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 50; i++) {
      hostile.send(crypto(1 + i * 1_200, Buffer.alloc(1_000)));
      if (i % 4 === 3) await hostile.flushed();
    }
    hostile.send(stream(2, 0, Buffer.from('still here'), true));
    const { value } = await accepted.acceptUni()[Symbol.asyncIterator]().next();
    expect(text(await readAll(value))).toBe('still here');
  });
});
