import { afterEach, describe, expect, it } from 'vitest';
import { FloodPenalties } from '../../src/quic/flood-penalties.js';
import { ALPN, acceptOne, bind, closeAll, roundTrip, serve, where } from './helpers.js';
import { crypto } from './hostile/frames.js';
import { HostileClient } from './hostile/hostile-client.js';

afterEach(closeAll);

/** With the eighth a network is shut out. */
const MANY = 8;

function penalties() {
  let now = 0;
  const made = new FloodPenalties(MANY, () => now);
  return {
    made,
    flood: (host: string, times: number) => {
      for (let i = 0; i < times; i++) made.flooded(host);
    },
    pass: (seconds: number) => {
      now += seconds * 1_000;
    },
  };
}

describe('a network that floods', () => {
  it('is shut out after eight connections, alone, and let in for one more after ten seconds', () => {
    const { made, flood, pass } = penalties();
    flood('192.0.2.1', MANY - 1);
    expect(made.shutsOut('192.0.2.1')).toBe(false);
    flood('192.0.2.1', 1);
    expect(made.shutsOut('192.0.2.1')).toBe(true);
    expect(made.shutsOut('192.0.2.2')).toBe(false);
    pass(10.1);
    expect(made.shutsOut('192.0.2.1')).toBe(false);
    flood('192.0.2.1', 1);
    expect(made.shutsOut('192.0.2.1')).toBe(true);
  });

  it('is shut out for 80 seconds at most, however much it did, and then nothing is remembered of it', () => {
    const { made, flood, pass } = penalties();
    flood('192.0.2.1', 1_000);
    pass(79);
    expect(made.shutsOut('192.0.2.1')).toBe(true);
    pass(2);
    expect(made.shutsOut('192.0.2.1')).toBe(false);
    pass(80);
    expect(made.shutsOut('192.0.2.1')).toBe(false);
    expect(made.size).toBe(0);
  });

  it('is a /48 of IPv6, and the same host in either spelling of IPv4', () => {
    const { made, flood } = penalties();
    for (let i = 0; i < MANY; i++) flood(`2001:db8:7:${i}::1`, 1);
    expect(made.shutsOut('2001:db8:7:ffff::9')).toBe(true);
    expect(made.shutsOut('2001:db8:8::1')).toBe(false);
    flood('::ffff:192.0.2.1', MANY);
    expect(made.shutsOut('192.0.2.1')).toBe(true);
  });

  it('is forgotten when thousands of others flood after it', () => {
    const { made, flood } = penalties();
    flood('192.0.2.1', MANY);
    for (let i = 0; i < 4_096; i++) flood(`10.0.${i >> 8}.${i & 255}`, 1);
    expect(made.size).toBe(4_096);
    expect(made.shutsOut('192.0.2.1')).toBe(false);
  });
});

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
