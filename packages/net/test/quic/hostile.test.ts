import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { faultySocket } from '../../src/quic/faulty-socket.js';
import type { Endpoint } from '../../src/quic/index.js';
import { parseLongHeader } from '../../src/quic/packet-header.js';
import type { Connection } from '../../src/transport/seam.js';
import {
  ALPN,
  acceptOne,
  bind,
  captureInitials,
  closeAll,
  nextIncoming,
  pair,
  pattern,
  roundTrip,
  sendUdp,
  serve,
  udp,
  until,
  where,
} from './helpers.js';

afterEach(closeAll);

async function works(server: Endpoint, dialed: Connection, accepted: Connection): Promise<void> {
  await roundTrip(dialed, accepted);
  const another = await bind();
  expect((await another.connect(server.addr(), ALPN)).remoteId).toBe(server.id);
}

describe('garbage', () => {
  it('of every length and kind is counted, dropped, and harms nobody', async () => {
    const { server, dialed, accepted } = await pair();
    serve(server);
    const attacker = await udp();
    const noise = pattern(200_000, 99);
    let sent = 0;
    for (let length = 0; length < 1500; length += 7) {
      const datagram = noise.slice(length * 10, length * 11);
      for (const firstByte of [datagram[0] ?? 0, 0x40, 0xc3, 0xe0, 0xf0]) {
        if (datagram.length > 0) datagram[0] = firstByte;
        await sendUdp(attacker, datagram, where(server));
        sent++;
      }
    }
    await until(() => server.stats().datagramsReceived >= sent);
    expect(server.stats().undecodable).toBeGreaterThan(sent / 2);
    expect(server.stats().connections).toBe(1);
    await works(server, dialed, accepted);
  });

  it('made of real datagrams (bits flipped, cut, doubled, replayed late) leaves the connection intact', async () => {
    const captured: Uint8Array[] = [];
    const tapped = () => {
      const tap = faultySocket({ seed: 11, corrupt: 0 });
      tap.onSend = (datagram) => captured.push(Uint8Array.from(datagram));
      return tap;
    };
    const { client, server, dialed, accepted } = await pair({ socket: tapped }, { socket: tapped });
    serve(server);
    for (let i = 0; i < 30; i++) await roundTrip(dialed, accepted, `message ${i}`);
    const attacker = await udp();
    const random = pattern(captured.length * 4, 5);
    for (const [i, datagram] of captured.entries()) {
      const flipped = datagram.slice();
      const at = ((random[4 * i] as number) * 7) % flipped.length;
      flipped[at] = (flipped[at] as number) ^ (1 << ((random[4 * i + 1] as number) & 7));
      const cut = datagram.slice(0, ((random[4 * i + 2] as number) * 5) % datagram.length);
      for (const target of [where(server), where(client)]) {
        for (const evil of [flipped, cut, datagram, datagram]) await sendUdp(attacker, evil, target);
      }
    }
    await works(server, dialed, accepted);
    expect(accepted.remoteAddr()).toEqual(client.addr().addrs[0]); // replays from elsewhere did not move the peer
  });

  it('with the id of a connection, megabytes of it, does not end that connection', async () => {
    let genuine: Uint8Array | undefined;
    const tapped = () => {
      const tap = faultySocket({ seed: 11 });
      tap.onSend = (datagram) => {
        if ((datagram[0] ?? 0) < 0x80) genuine = Uint8Array.from(datagram);
      };
      return tap;
    };
    const { server, dialed, accepted } = await pair({ socket: tapped }, { maxDatagramSize: 1_452 });
    await roundTrip(dialed, accepted);
    const attacker = await udp();
    const evil = Buffer.concat([(genuine as Uint8Array).subarray(0, 17), randomBytes(1_400)]);
    const before = server.stats().datagramsReceived;
    for (let i = 0; i < 1_000; i++) {
      await sendUdp(attacker, evil, where(server));
      if (i % 50 === 49) await until(() => server.stats().datagramsReceived > before + i - 50);
    }
    await roundTrip(dialed, accepted);
    expect(server.stats()).toMatchObject({ floods: 0, connections: 1 });
  });

  it('after a valid first datagram ends that handshake only', async () => {
    const { server, dialed, accepted } = await pair();
    serve(server);
    const attacker = await udp();
    for (const initial of await captureInitials(20)) {
      await sendUdp(attacker, initial, where(server));
      const evil = initial.slice();
      evil.fill(0xa5, 60);
      await sendUdp(attacker, evil, where(server));
    }
    await works(server, dialed, accepted);
  });
});

describe('an unsupported version', () => {
  it('is answered with the one that is spoken, and never if the question was short', async () => {
    const server = await bind();
    const client = await udp();
    const answers: Buffer[] = [];
    client.on('message', (datagram) => answers.push(datagram));
    const question = Buffer.alloc(1200);
    Buffer.from('c01a2a3a4a08010203040506070804aabbccdd', 'hex').copy(question);
    await sendUdp(client, question.subarray(0, 1199), where(server));
    await sendUdp(client, question, where(server));
    await until(() => answers.length > 0);
    expect(server.stats()).toMatchObject({ versionNegotiationsSent: 1, undecodable: 1 });
    expect(answers).toHaveLength(1);
    expect(parseLongHeader(answers[0] as Buffer)).toMatchObject({ version: 0, dcid: Buffer.from('aabbccdd', 'hex') });
    expect(answers[0]?.subarray(-8, -4)).toEqual(Buffer.from('00000001', 'hex'));
  });

  it('and negotiation packets out of nowhere are ignored', async () => {
    const { server, dialed, accepted } = await pair();
    const attacker = await udp();
    const packet = Buffer.concat([
      Buffer.from('c000000000', 'hex'),
      Buffer.of(16),
      randomBytes(16),
      Buffer.alloc(1200),
    ]);
    await sendUdp(attacker, packet, where(server));
    await roundTrip(dialed, accepted);
    expect(server.stats().versionNegotiationsSent).toBe(0);
  });
});

describe('a flood of half-open handshakes', () => {
  it('is bounded; from a threshold on clients must prove their address, and honest ones do', async () => {
    const server = await bind({ retryThreshold: 8, maxHalfOpen: 20 });
    const initials = await captureInitials(60);
    for (const initial of initials) await sendUdp(await udp(), initial, where(server));
    await until(() => server.stats().datagramsReceived >= 60);
    expect(server.stats()).toMatchObject({ halfOpen: 8, retriesSent: 52, connections: 0 });

    serve(server);
    const honest = await bind();
    expect((await honest.connect(server.addr(), ALPN)).remoteId).toBe(server.id);
    expect(server.stats().halfOpen).toBeLessThanOrEqual(8);
  });

  it('from one host leaves room for others', async () => {
    const server = await bind({ maxHalfOpenPerSource: 5, retryThreshold: 1000 });
    for (const initial of await captureInitials(30)) await sendUdp(await udp('127.0.0.2'), initial, where(server));
    await until(() => server.stats().datagramsReceived >= 30);
    expect(server.stats()).toMatchObject({ halfOpen: 5, droppedBusy: 25 });
    const honest = await bind();
    const dialing = honest.connect(server.addr(), ALPN);
    for (let seen = 0; seen < 5; seen++) await nextIncoming(server);
    const [dialed] = await Promise.all([dialing, acceptOne(server)]);
    expect(dialed.remoteId).toBe(server.id);
  });

  it('with retries always on, handshakes still work and identities are proven', async () => {
    const { client, server, dialed, accepted } = await pair({}, { retryThreshold: 0 });
    expect(accepted.remoteId).toBe(client.id);
    expect(server.stats().retriesSent).toBeGreaterThan(0);
    await roundTrip(dialed, accepted);
  });

  it('expires', async () => {
    const server = await bind({ handshakeTimeoutMs: 100 });
    serve(server);
    for (const initial of await captureInitials(10)) await sendUdp(await udp(), initial, where(server));
    await until(() => server.stats().datagramsReceived >= 10);
    await until(() => server.stats().halfOpen === 0 && server.stats().connections === 0);
    expect(server.stats().routes).toBe(0);
  });
});
