import { afterEach, describe, expect, it } from 'vitest';
import { ALPN, acceptOne, bind, closeAll, roundTrip, serve, where } from './helpers.js';
import { crypto } from './hostile/frames.js';
import { HostileClient } from './hostile/hostile-client.js';

afterEach(closeAll);

/** With the eighth connection that ends as a flood a network is shut out. */
const MANY = 8;

describe('on a server', () => {
  it('who floods again and again is refused; others get in, and who is in stays', async () => {
    const server = await bind();
    const honest = await bind();
    const [dialed, accepted] = await Promise.all([honest.connect(server.addr(), ALPN), acceptOne(server)]);
    for (let i = 0; i < MANY; i++) await flood(server);
    await expect(HostileClient.connect(where(server), { alpn: ALPN, host: FLOODER })).rejects.toThrow();
    expect(server.stats()).toMatchObject({ floods: MANY, connections: 1 });
    expect(server.stats().refusedFlooders).toBeGreaterThan(0);
    await roundTrip(dialed, accepted);
    serve(server);
    const newcomer = await bind();
    await newcomer.connect(server.addr(), ALPN);
  });
});

describe('peers behind the address of one who floods (a NAT)', () => {
  it('stay if they are connected, and get in if we dial them; newcomers wait', async () => {
    const address = `${FLOODER}:0`;
    const server = await bind();
    const connected = await bind({ address });
    const [dialed, accepted] = await Promise.all([connected.connect(server.addr(), ALPN), acceptOne(server)]);
    for (let i = 0; i < MANY; i++) await flood(server);

    await roundTrip(dialed, accepted);
    const newcomer = await bind({ address });
    await expect(newcomer.connect(server.addr(), ALPN)).rejects.toMatchObject({ reason: 'refused' });
    serve(newcomer);
    const ours = await server.connect(newcomer.addr(), ALPN);
    expect(ours.remoteId).toBe(newcomer.id);
  });
});

/** The host of one who floods. */
const FLOODER = '127.0.0.21';

/** A connection from there that brings too much. */
async function flood(server: Awaited<ReturnType<typeof bind>>): Promise<void> {
  const before = server.stats().floods;
  const [hostile, accepted] = await Promise.all([
    HostileClient.connect(where(server), { alpn: ALPN, host: FLOODER }),
    acceptOne(server),
  ]);
  accepted.limitPending?.({ bytes: 4_096, streams: 64 });
  for (let i = 0; server.stats().floods === before; i++) {
    hostile.send(crypto(1 + i * 1_100, Buffer.alloc(1_000)));
    await hostile.flushed();
  }
  await hostile[Symbol.asyncDispose]();
}
