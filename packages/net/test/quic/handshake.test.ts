import { afterEach, describe, expect, it } from 'vitest';
import { ConnectError, EndpointClosedError } from '../../src/errors.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { certificatePem } from '../../src/quic/certificate.js';
import {
  ALPN,
  acceptOne,
  at,
  bind,
  closeAll,
  first,
  nextIncoming,
  pair,
  roundTrip,
  text,
  udp,
  until,
  where,
} from './helpers.js';
import { ecdsaCredentials, rawConfig, rawDial, rawServe, rsaCredentials } from './raw-peer.js';

afterEach(closeAll);

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'connected',
    (error: unknown) => (error instanceof ConnectError ? error.reason : error),
  );

describe('a handshake', () => {
  it('proves both identities and agrees on the protocol', async () => {
    const { client, server, dialed, accepted } = await pair();
    expect([dialed.remoteId, accepted.remoteId]).toEqual([server.id, client.id]);
    expect([dialed.alpn, accepted.alpn]).toEqual([ALPN, ALPN]);
    expect([dialed.side, accepted.side]).toEqual(['dialed', 'accepted']);
    expect(accepted.remoteAddr()).toEqual({ type: 'ip', addr: where(client) });
    await roundTrip(dialed, accepted);
    await roundTrip(accepted, dialed);
  });

  it('with somebody else ends as identity-mismatch, and the other side hears of no connection', async () => {
    const [client, server] = await Promise.all([bind(), bind()]);
    const stranger = SecretKey.generate();
    const incoming = reasonOf(acceptOne(server));
    const dialing = reasonOf(client.connect({ id: stranger.id, addrs: server.addr().addrs }, ALPN));
    expect(await dialing).toBe('identity-mismatch');
    // In TLS 1.3 the client sends the last message, here together with its close packet, so that both come in one tick. If they did not,
    // the server would see a connection that closes at once.
    expect(['transport', 'connected']).toContain(await incoming);
    await until(() => server.stats().connections === 0);
    expect(client.stats().connections).toBe(0);
  });

  it('without a protocol in common ends as alpn-mismatch on both sides', async () => {
    const [client, server] = await Promise.all([bind(), bind()]);
    const incoming = reasonOf(acceptOne(server));
    expect(await reasonOf(client.connect(server.addr(), '/other/1'))).toBe('alpn-mismatch');
    expect(await incoming).toBe('alpn-mismatch');
  });

  it('with an endpoint that speaks no protocol ends as alpn-mismatch', async () => {
    const [client, server] = await Promise.all([bind(), bind({ alpns: [] })]);
    expect(await reasonOf(client.connect(server.addr(), ALPN))).toBe('alpn-mismatch');
    expect(server.stats().halfOpen).toBe(0);
  });

  it('that is refused ends as refused, and nothing is left of it', async () => {
    const [client, server] = await Promise.all([bind(), bind()]);
    const dialing = reasonOf(client.connect(server.addr(), ALPN));
    const incoming = await nextIncoming(server);
    expect(incoming.remoteAddress).toBe(`127.0.0.1:${where(client).port}`);
    incoming.refuse();
    expect(await dialing).toBe('refused');
    expect(await reasonOf(incoming.accept())).toBe('refused');
    expect(server.stats()).toMatchObject({ connections: 0, halfOpen: 0, routes: 0 });
    expect(client.stats()).toMatchObject({ connections: 0, routes: 0 });
  });

  it('after setAlpns answers to the new protocols', async () => {
    const [client, server] = await Promise.all([bind(), bind({ alpns: [] })]);
    server.setAlpns(['/a', '/b']);
    const [dialed, accepted] = await Promise.all([client.connect(server.addr(), '/b'), acceptOne(server)]);
    expect([dialed.alpn, accepted.alpn]).toEqual(['/b', '/b']);
  });

  it('with nobody there ends as timeout', async () => {
    const client = await bind({ handshakeTimeoutMs: 200 });
    const silent = await udp();
    const server = await bind();
    expect(await reasonOf(client.connect(at(server, { host: '127.0.0.1', port: silent.address().port }), ALPN))).toBe(
      'timeout',
    );
    expect(client.stats().connections).toBe(0);
  });

  it('that nobody decides on expires on the server', async () => {
    const [client, server] = await Promise.all([bind({ handshakeTimeoutMs: 300 }), bind({ handshakeTimeoutMs: 100 })]);
    const dialing = reasonOf(client.connect(server.addr(), ALPN));
    const incoming = await nextIncoming(server);
    await until(() => server.stats().halfOpen === 0);
    expect(await reasonOf(incoming.accept())).toBe('timeout');
    expect(await dialing).toBe('timeout');
  });

  it('is given up when the signal aborts', async () => {
    const [client, server] = await Promise.all([bind(), bind()]);
    const controller = new AbortController();
    const dialing = client.connect(server.addr(), ALPN, { signal: controller.signal });
    const failed = dialing.catch((error: unknown) => error);
    await nextIncoming(server);
    controller.abort(new Error('enough'));
    expect(await failed).toEqual(new Error('enough'));
    expect(client.stats().connections).toBe(0);
    await expect(
      client.connect(server.addr(), ALPN, { signal: AbortSignal.abort(new Error('before')) }),
    ).rejects.toThrow('before');
  });

  it('to oneself, or to nowhere, fails at once', async () => {
    const client = await bind();
    expect(await reasonOf(client.connect(client.addr(), ALPN))).toBe('self');
    expect(await reasonOf(client.connect(SecretKey.generate().id, ALPN))).toBe('no-address');
    const v6only = at(await bind(), { host: '::1', port: 4433 });
    expect(await reasonOf(client.connect(v6only, ALPN))).toBe('no-address');
  });

  it('under way when the endpoint closes rejects with EndpointClosedError', async () => {
    const [client, server] = await Promise.all([bind(), bind()]);
    const dialing = client.connect(server.addr(), ALPN).catch((error: unknown) => error);
    await nextIncoming(server);
    await client.close();
    expect(await dialing).toBeInstanceOf(EndpointClosedError);
    await expect(client.connect(server.addr(), ALPN)).rejects.toBeInstanceOf(EndpointClosedError);
  });

  it('to an endpoint that closes meanwhile fails on both sides', async () => {
    const [client, server] = await Promise.all([bind({ handshakeTimeoutMs: 500 }), bind()]);
    const dialing = reasonOf(client.connect(server.addr(), ALPN));
    const incoming = await nextIncoming(server);
    await server.close();
    await expect(incoming.accept()).rejects.toBeInstanceOf(EndpointClosedError);
    expect(['timeout', 'transport']).toContain(await dialing);
  });
});

describe('dialling by id', () => {
  it('asks the address book, and teaches it what was proven', async () => {
    const [client, server] = await Promise.all([bind(), bind()]);
    client.addressLookup.add(server.addr(), 'user');
    const [dialed] = await Promise.all([client.connect(server.id, ALPN), acceptOne(server)]);
    expect(dialed.remoteId).toBe(server.id);
    client.addressLookup.remove(server.id);
    await Promise.all([client.connect(server.addr(), ALPN), acceptOne(server)]);
    expect(client.addressLookup.get(server.id)).toEqual(server.addr());
  });

  it('tries several addresses and does not wait long for a silent one', async () => {
    const [client, server] = await Promise.all([bind(), bind()]);
    const silent = await udp();
    const wrong = await bind();
    const wrongAccepts = acceptOne(wrong).catch(() => undefined);
    const addrs = [
      { type: 'ip' as const, addr: { host: '127.0.0.1', port: silent.address().port } },
      ...wrong.addr().addrs,
      ...server.addr().addrs,
    ];
    const before = performance.now();
    const [dialed] = await Promise.all([client.connect({ id: server.id, addrs }, ALPN), acceptOne(server)]);
    expect(dialed.remoteAddr()).toEqual(server.addr().addrs[0]);
    expect(performance.now() - before).toBeLessThan(2000);
    await wrongAccepts;
    await until(() => client.stats().connections === 1);
  });
});

describe('a peer whose TLS is not like ours', () => {
  const serve = async () => {
    const server = await bind();
    const outcome = acceptOne(server).then(
      () => 'accepted',
      (error: unknown) => (error as ConnectError).reason,
    );
    return { server, outcome };
  };

  it('without a client certificate gets no connection', async () => {
    const { server, outcome } = await serve();
    expect((await rawDial(rawConfig(), where(server))).errorCode).toBe(0x174); // certificate_required
    expect(await outcome).toBe('transport');
  });

  it.each([
    ['RSA', rsaCredentials],
    ['ECDSA', ecdsaCredentials],
  ])('with a client certificate of %s gets no connection', async (_, make) => {
    const { server, outcome } = await serve();
    await rawDial(rawConfig(make()), where(server));
    expect(await outcome).toBe('transport');
    expect(server.stats().connections).toBe(0);
  });

  it('that shows the certificate of another without its secret key gets no connection', async () => {
    const { server, outcome } = await serve();
    const victim = SecretKey.generate();
    const stolen = { key: SecretKey.generate().toPem(), certificate: certificatePem(victim) };
    const config = (() => {
      try {
        return rawConfig(stolen);
      } catch {
        return rawConfig(); // BoringSSL will not even load the pair
      }
    })();
    await rawDial(config, where(server));
    expect(await outcome).toBe('transport');
  });

  it.each([
    ['RSA', rsaCredentials],
    ['ECDSA', ecdsaCredentials],
  ])('that serves with a certificate of %s is not connected to', async (_, make) => {
    const client = await bind({ handshakeTimeoutMs: 2000 });
    const address = await rawServe(rawConfig(make()));
    const nobody = SecretKey.generate().id;
    expect(await reasonOf(client.connect({ id: nobody, addrs: [{ type: 'ip', addr: address }] }, ALPN))).toBe(
      'transport',
    );
  });

  it('but with a proper Ed25519 certificate is served: the raw peers of these tests work', async () => {
    const server = await bind();
    const accepting = acceptOne(server);
    const key = SecretKey.generate();
    const dialing = rawDial(rawConfig({ key: key.toPem(), certificate: certificatePem(key) }), where(server));
    const connection = await accepting;
    expect(connection.remoteId).toBe(key.id);
    expect(text(await (await first(connection.acceptUni())).read())).toBe('too early');
    connection.close(5, 'thanks');
    expect(await dialing).toEqual({ established: true, errorCode: 5 });
  });
});
