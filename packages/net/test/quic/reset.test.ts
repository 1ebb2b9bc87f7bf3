import { randomBytes, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { SecretKey } from '../../src/identity/secret-key.js';
import { ConnectionIds, resetKeyIn, resetKeyOf } from '../../src/quic/connection-ids.js';
import { type FaultySocket, faultySocket } from '../../src/quic/faulty-socket.js';
import { CertificateEndpoint } from '../../src/quic/index.js';
import { NativeConnection, rawConnection } from '../../src/quic/native-connection.js';
import { CID_LENGTH } from '../../src/quic/packet-header.js';
import { Resets } from '../../src/quic/resets.js';
import { ALPN, acceptOne, bind, bytes, closeAll, roundTrip, sendUdp, track, udp, until, where } from './helpers.js';
import { ecdsaCredentials, rawConfig } from './raw-peer.js';

afterEach(closeAll);

/** A packet with a short header for this connection id. */
const packetFor = (cid: Uint8Array, length = 60) =>
  Buffer.concat([Uint8Array.of(0x41), cid, randomBytes(length - 1 - cid.length)]);

describe('connection ids', () => {
  const ids = new ConnectionIds(SecretKey.generate());

  it('are known again by whoever has the secret key, and by nobody else', () => {
    const key = SecretKey.generate();
    const cid = new ConnectionIds(key).next();
    expect(cid.length).toBe(CID_LENGTH);
    const token = new ConnectionIds(key).tokenOf(cid);
    expect(token?.length).toBe(16);
    expect(ids.tokenOf(cid)).toBeUndefined();
    expect(ids.tokenOf(randomBytes(CID_LENGTH))).toBeUndefined();
    expect(new Set(Array.from({ length: 1000 }, () => Buffer.from(ids.next()).toString('hex'))).size).toBe(1000);
  });

  it('lead from a reset to the connection that it is for', () => {
    const cid = ids.next();
    const reset = ids.resetFor(packetFor(cid));
    expect(resetKeyIn(reset as Uint8Array)).toBe(resetKeyOf(cid));
    expect(resetKeyIn(ids.resetFor(packetFor(ids.next())) as Uint8Array)).not.toBe(resetKeyOf(cid));
  });

  it('get a reset that is shorter than the packet, looks like one, and has no answer itself', () => {
    const cid = ids.next();
    for (let length = 17; length < 200; length++) {
      const reset = ids.resetFor(packetFor(cid, length));
      if (length < 22) expect(reset).toBeUndefined();
      else {
        expect(reset?.length).toBe(Math.min(40, length - 1));
        expect((reset?.[0] ?? 0) & 0xc0).toBe(0x40);
        expect(ids.resetFor(reset as Uint8Array)).toBeUndefined();
      }
    }
    expect(ids.resetFor(packetFor(randomBytes(CID_LENGTH)))).toBeUndefined();
  });
});

describe('strays', () => {
  it('are looked at up to 500 times a second', () => {
    const ids = new ConnectionIds(SecretKey.generate());
    const counters = { resetsSent: 0, resetsReceived: 0 };
    let now = 0;
    const settings = { trust: 'identity' } as never;
    const resets = new Resets(ids, { settings, drivers: new Set(), counters, sendDatagram: () => {} }, () => now);
    const flood = () => {
      for (let i = 0; i < 1000; i++) resets.onStray(packetFor(ids.next()), { host: '127.0.0.1', port: 9 });
    };
    flood();
    expect(counters.resetsSent).toBe(500);
    now += 1000;
    flood();
    expect(counters.resetsSent).toBe(1000);
  });
});

/** An endpoint that can lose its state: it dies without closing its connections, and is back with its key at its address. */
async function mortal(secretKey: SecretKey, address = '127.0.0.1:0') {
  let socket: FaultySocket | undefined;
  const endpoint = await bind({
    secretKey,
    address,
    socket: () => {
      socket = faultySocket({ seed: 1 });
      return socket;
    },
  });
  const { port } = where(endpoint);
  const restart = async (newKey = secretKey) => {
    socket?.setFaults({ loss: 1 });
    await endpoint.close();
    return bind({ secretKey: newKey, address: `127.0.0.1:${port}` });
  };
  return { endpoint, restart };
}

describe('a peer that died and is back', () => {
  it.each(['dialed', 'accepted'] as const)(
    'resets a connection that it had %s, as soon as something is sent on it',
    async (side) => {
      const survivor = await bind();
      const { endpoint, restart } = await mortal(SecretKey.generate());
      const [from, to] = side === 'dialed' ? [endpoint, survivor] : [survivor, endpoint];
      const [dialed, accepted] = await Promise.all([from.connect(to.addr(), ALPN), acceptOne(to)]);
      await roundTrip(dialed, accepted);
      const connection = side === 'dialed' ? accepted : dialed;
      const back = await restart();
      (await connection.openUni()).write(bytes('are you there?'));
      expect(await connection.closed).toEqual({ type: 'reset' });
      expect(back.stats()).toMatchObject({ resetsSent: expect.any(Number), connections: 0 });
      expect(survivor.stats()).toMatchObject({ resetsReceived: 1, connections: 0, routes: 0 });
    },
  );

  it('is noticed by a keep-alive alone', async () => {
    const survivor = await bind({ keepAliveMs: 100 });
    const { endpoint, restart } = await mortal(SecretKey.generate());
    const [connection] = await Promise.all([survivor.connect(endpoint.addr(), ALPN), acceptOne(endpoint)]);
    await restart();
    expect(await connection.closed).toEqual({ type: 'reset' });
  });

  it('with another key resets nothing', async () => {
    const survivor = await bind({ idleTimeoutMs: 500, keepAliveMs: 50 });
    const { endpoint, restart } = await mortal(SecretKey.generate());
    const [connection] = await Promise.all([survivor.connect(endpoint.addr(), ALPN), acceptOne(endpoint)]);
    const stranger = await restart(SecretKey.generate());
    expect(await connection.closed).toEqual({ type: 'timeout' });
    expect(stranger.stats().resetsSent).toBe(0);
  });
});

describe('garbage', () => {
  it('is no reset, and gets none', async () => {
    const survivor = await bind();
    const other = await bind();
    const [dialed, accepted] = await Promise.all([survivor.connect(other.addr(), ALPN), acceptOne(other)]);
    const socket = await udp();
    let answers = 0;
    socket.on('message', () => answers++);
    for (let i = 0; i < 300; i++) await sendUdp(socket, packetFor(randomBytes(16), 21 + (i % 40)), where(survivor));
    await until(() => survivor.stats().undecodable === 300);
    expect(answers).toBe(0);
    await roundTrip(dialed, accepted);
  });
});

describe('a server that died and is back', () => {
  it('resets a client of another make by the token of its transport parameters', async () => {
    const key = SecretKey.generate();
    let socket: FaultySocket | undefined;
    const first = await CertificateEndpoint.bind({
      secretKey: key,
      address: '127.0.0.1:0',
      alpns: [ALPN],
      socket: () => {
        socket = faultySocket({ seed: 1 });
        return socket;
      },
    });
    void (async () => {
      for await (const incoming of first.accept()) incoming.accept().catch(() => {});
    })();
    const client = await udp();
    const local = { host: '127.0.0.1', port: client.address().port };
    const config = rawConfig();
    const native = new NativeConnection(rawConnection.connect(null, randomBytes(8), local, { ...first.addr }, config));
    const buffer = Buffer.alloc(1500);
    const flush = () => {
      for (let n = native.send(buffer); n > 0; n = native.send(buffer)) {
        client.send(Buffer.from(buffer.subarray(0, n)), first.addr.port, first.addr.host);
      }
    };
    client.on('message', (datagram) => {
      native.recv(datagram, { from: { ...first.addr }, to: local });
      flush();
    });
    flush();
    await until(() => native.isEstablished());
    socket?.setFaults({ loss: 1 });
    await first.close();
    const back = track(
      await CertificateEndpoint.bind({ secretKey: key, address: `127.0.0.1:${first.addr.port}`, alpns: [ALPN] }),
    );
    native.keepAlive();
    flush();
    await until(() => native.isClosed());
    expect(back.stats().resetsSent).toBeGreaterThan(0);
  });
});

describe('a server of another make that died and is back', () => {
  it('resets the connection of our client by the token that it announced', async () => {
    const token = randomBytes(16);
    const socket = await udp();
    const local = { host: '127.0.0.1', port: socket.address().port };
    const credentials = ecdsaCredentials();
    const config = rawConfig(credentials);
    config.setStatelessResetToken(BigInt(`0x${token.toString('hex')}`));
    const buffer = Buffer.alloc(1500);
    let server: NativeConnection | undefined;
    let client = { host: '', port: 0 };
    socket.on('message', (datagram, { address, port }) => {
      client = { host: address, port };
      server ??= new NativeConnection(rawConnection.accept(randomBytes(8), null, local, client, config));
      server.recv(datagram, { from: client, to: local });
      for (let n = server.send(buffer); n > 0; n = server.send(buffer)) {
        socket.send(Buffer.from(buffer.subarray(0, n)), port, address);
      }
    });
    const endpoint = track(await CertificateEndpoint.bind({ address: '127.0.0.1:0' }));
    const certificate = new X509Certificate(credentials.certificate).raw;
    const connection = await endpoint.connect({ addr: local, certificate }, ALPN);

    const before = endpoint.stats().datagramsReceived;
    await sendUdp(socket, Buffer.concat([Uint8Array.of(0x41), randomBytes(30), randomBytes(16)]), client);
    await until(() => endpoint.stats().datagramsReceived > before);
    await sendUdp(socket, Buffer.concat([Uint8Array.of(0x41), randomBytes(30), token]), client);
    expect(await connection.closed).toEqual({ type: 'reset' });
  });
});
