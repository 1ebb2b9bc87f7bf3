import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/quic/index.js';
import { ALPN, bind, captureInitials, closeAll, nextIncoming, sendUdp, serve, udp, until, where } from './helpers.js';
import { type Hello, helloDatagram, helloIn, initialWith, readRetry } from './hostile/first-flight.js';
import { crypto, ping } from './hostile/frames.js';

afterEach(closeAll);

const HOSTS = ['127.0.0.11', '127.0.0.12', '127.0.0.13', '127.0.0.14', '127.0.0.15'];

/** A tenth of the defaults, so that five hosts can fill it in no time. */
const SMALL = { maxHalfOpen: 100, maxHalfOpenPerSource: 25 };

const hellos = async (count: number): Promise<Hello[]> => (await captureInitials(count)).map(helloIn);

/** Somebody who has nothing to do with it gets in. @returns after how many milliseconds */
async function honestJoin(server: Endpoint): Promise<number> {
  const honest = await bind();
  const before = performance.now();
  const connection = await honest.connect(server.addr(), ALPN);
  expect(connection.remoteId).toBe(server.id);
  return performance.now() - before;
}

/** All of them reach the server, in bursts that its socket can take. */
async function sendAll(from: string, datagrams: readonly Uint8Array[], server: Endpoint): Promise<void> {
  const socket = await udp(from);
  const before = server.stats().datagramsReceived;
  for (const [i, datagram] of datagrams.entries()) {
    await sendUdp(socket, datagram, where(server));
    if (i % 64 === 63) await until(() => server.stats().datagramsReceived >= before + i - 64);
  }
}

/** As many tokens as asked for, with the ids that go with them. */
async function tokensFor(server: Endpoint, host: string, count: number) {
  const socket = await udp(host);
  const got: Array<{ readonly cid: Buffer; readonly token: Buffer }> = [];
  socket.on('message', (datagram) => {
    const retry = readRetry(datagram);
    if (retry) got.push(retry);
  });
  for (let i = 0; i < count; i++) {
    await sendUdp(socket, initialWith(ping()), where(server));
    if (i % 32 === 31 || i === count - 1) await until(() => got.length > i);
  }
  return { socket, got };
}

describe('forged Initials', () => {
  it('get no place and no native object: three thousand in a row keep nobody out', async () => {
    const server = await bind();
    serve(server);
    const genuine = initialWith(ping());
    const forged = Array.from({ length: 3_000 }, () => {
      const datagram = Buffer.from(genuine);
      randomBytes(16).copy(datagram, 6); // another id: other keys
      return datagram;
    });
    const flooding = sendAll('127.0.0.9', forged, server);
    const joins = [await honestJoin(server), await honestJoin(server)];
    await flooding;
    expect(Math.max(...joins)).toBeLessThan(2_000);
    expect(server.stats()).toMatchObject({ halfOpen: 0, connections: 2, retriesSent: 0 });
    const refused = () => server.stats().undecodable + server.stats().droppedExcess;
    await until(() => refused() > 2_700); // the operating system may have dropped some
  });
});

describe('genuine Initials without a ClientHello', () => {
  it('from five hosts, with tokens, keep nobody out, and nothing of quiche is made for them', async () => {
    const server = await bind({ retryThreshold: 0, ...SMALL });
    serve(server);
    for (const host of HOSTS) {
      const { socket, got } = await tokensFor(server, host, SMALL.maxHalfOpenPerSource);
      for (const { cid, token } of got) await sendUdp(socket, initialWith(ping(), { dcid: cid, token }), where(server));
    }
    await until(() => server.stats().halfOpen >= SMALL.maxHalfOpen);
    expect(server.stats().connections).toBe(0);
    expect(await honestJoin(server)).toBeLessThan(2_000);
  });

  it('lose their place after two seconds', async () => {
    const server = await bind();
    serve(server);
    const [hello] = (await hellos(1)) as [Hello];
    const half = crypto(0, hello.bytes.subarray(0, 100));
    await sendUdp(await udp(), initialWith(half), where(server));
    await until(() => server.stats().halfOpen === 1);
    const before = performance.now();
    await until(() => server.stats().halfOpen === 0);
    expect(performance.now() - before).toBeLessThan(2_500);
    expect(server.stats()).toMatchObject({ routes: 0, connections: 0 });
  });

  it('are answered when the rest comes', async () => {
    const server = await bind();
    serve(server);
    const [{ bytes, scid }] = (await hellos(1)) as [Hello];
    const client = await udp();
    const answered = once(client, 'message');
    const ids = { dcid: randomBytes(16), scid };
    await sendUdp(client, initialWith(crypto(100, bytes.subarray(100)), ids), where(server));
    await sendUdp(client, initialWith(crypto(0, bytes.subarray(0, 100)), { ...ids, number: 1 }), where(server));
    await answered;
    expect(server.stats().connections).toBe(1);
  });
});

describe('a ClientHello', () => {
  it.each([
    ['that says it is larger than any', Buffer.of(1, 0xff, 0xff, 0xff)],
    ['that is none', Buffer.of(2, 0, 0, 0, 0)],
    ['with more behind it', Buffer.of(1, 0, 0, 1, 7, 7, 7)],
  ])('%s gets no place', async (_, bytes) => {
    const server = await bind();
    serve(server);
    await sendUdp(await udp(), initialWith(crypto(0, bytes)), where(server));
    await until(() => server.stats().datagramsReceived === 1);
    expect(server.stats()).toMatchObject({ undecodable: 1, halfOpen: 0 });
  });

  it('in more pieces than any client sends gets no place', async () => {
    const server = await bind();
    serve(server);
    const pieces = Array.from({ length: 40 }, (_, i) => crypto(2 * i, Buffer.of(1)));
    await sendUdp(await udp(), initialWith(Buffer.concat(pieces)), where(server));
    await until(() => server.stats().datagramsReceived === 1);
    expect(server.stats()).toMatchObject({ undecodable: 1, halfOpen: 0 });
  });
});

describe('a token', () => {
  it('is good for one handshake, and for the id that came with it', async () => {
    const server = await bind({ retryThreshold: 0 });
    serve(server);
    const clients = await hellos(20);
    const { socket, got } = await tokensFor(server, '127.0.0.11', 1);
    const { cid, token } = got[0] as { cid: Buffer; token: Buffer };
    for (const hello of clients) {
      await sendUdp(socket, helloDatagram(hello, { dcid: randomBytes(16), token }), where(server));
      await sendUdp(socket, helloDatagram(hello, { dcid: cid, token }), where(server));
    }
    await until(() => server.stats().datagramsReceived >= 1 + 2 * clients.length);
    expect(server.stats()).toMatchObject({ halfOpen: 1, connections: 1 });
  });
});

describe('a client that obeys a retry', () => {
  it('gets in, also when its first flight came once more and was let in meanwhile', async () => {
    const server = await bind({ retryThreshold: 1 });
    const [one, other] = (await hellos(2)) as [Hello, Hello];
    const client = await udp();
    const retried = once(client, 'message');
    await sendUdp(await udp(), helloDatagram(other), where(server)); // now it is busy
    await until(() => server.stats().halfOpen === 1);
    const dcid = randomBytes(16);
    await sendUdp(client, helloDatagram(one, { dcid }), where(server));
    const { cid, token } = readRetry(((await retried) as [Buffer])[0]) as { cid: Buffer; token: Buffer };
    (await nextIncoming(server)).refuse(); // now it is not
    await sendUdp(client, helloDatagram(one, { dcid }), where(server));
    const early = await nextIncoming(server);
    const failed = early.accept().catch((error: unknown) => String(error));
    await sendUdp(client, helloDatagram(one, { dcid: cid, token }), where(server));
    expect(await failed).toContain('newer handshake');
    void (await nextIncoming(server)).accept().catch(() => {});
    await until(() => server.stats().connections === 1);
  });
});

describe('whole ClientHellos that are never followed up', () => {
  it('from five hosts that all proved their address keep nobody out', { timeout: 20_000 }, async () => {
    const server = await bind({ retryThreshold: 0, ...SMALL });
    serve(server);
    const clients = await hellos(SMALL.maxHalfOpenPerSource);
    for (const host of HOSTS) {
      const { socket, got } = await tokensFor(server, host, clients.length);
      for (const [i, hello] of clients.entries()) {
        const { cid, token } = got[i] as { cid: Buffer; token: Buffer };
        await sendUdp(socket, helloDatagram(hello, { dcid: cid, token }), where(server));
      }
    }
    await until(() => server.stats().halfOpen >= SMALL.maxHalfOpen);
    expect(await honestJoin(server)).toBeLessThan(2_000);
    expect(server.stats().halfOpen).toBeLessThanOrEqual(SMALL.maxHalfOpen);
  });
});
