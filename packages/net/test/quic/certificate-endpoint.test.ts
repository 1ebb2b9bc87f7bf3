import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { SecretKey } from '../../src/identity/secret-key.js';
import { CertificateEndpoint, Endpoint, type EndpointOptions } from '../../src/quic/index.js';
import type { BiStream, Connection } from '../../src/transport/seam.js';
import { ALPN, closeAll, readAll, text, track } from './helpers.js';

afterEach(closeAll);

async function bind(options: EndpointOptions = {}): Promise<CertificateEndpoint> {
  return track(await CertificateEndpoint.bind({ address: '127.0.0.1:0', alpns: [ALPN], ...options }));
}

async function acceptOne(server: CertificateEndpoint) {
  for await (const incoming of server.accept()) return await incoming.accept();
  throw new Error('the endpoint closed');
}

async function echo(streams: AsyncIterable<BiStream>): Promise<void> {
  for await (const { send, recv } of streams) {
    send.write(await readAll(recv));
    send.finish();
  }
}

async function ask(connection: Pick<Connection, 'openBi'>, question: string): Promise<string> {
  const { send, recv } = await connection.openBi();
  send.write(Buffer.from(question));
  send.finish();
  return text(await readAll(recv));
}

describe('an endpoint known by its certificate', () => {
  test('shows one that is X.509 v3, for localhost, no CA, always the same for the same key', async () => {
    const secretKey = SecretKey.generate();
    const [server, again] = [await bind({ secretKey }), await bind({ secretKey })];
    const parsed = new X509Certificate(server.certificate);
    expect(parsed.subjectAltName).toBe('DNS:localhost');
    expect(parsed.checkHost('localhost')).toBe('localhost');
    expect(parsed.ca).toBe(false);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(Buffer.compare(server.certificate, again.certificate)).toBe(0);
  });

  test('is reached by clients that pin the certificate and prove nothing', async () => {
    const [server, client] = [await bind(), await bind()];
    const accepting = acceptOne(server);
    const connection = await client.connect({ addr: server.addr, certificate: server.certificate }, ALPN);
    const accepted = await accepting;
    expect(accepted).toMatchObject({ alpn: ALPN, side: 'accepted', remoteId: undefined });
    void echo(accepted.acceptBi());
    expect(await ask(connection, 'hello')).toBe('hello');
  });

  test('is reached by an endpoint that expects the id of its key', async () => {
    const secretKey = SecretKey.generate();
    const server = await bind({ secretKey });
    const client = track(await Endpoint.bind({ address: '127.0.0.1:0' }));
    const accepting = acceptOne(server);
    const to = { id: secretKey.id, addrs: [{ type: 'ip' as const, addr: server.addr }] };
    const connection = await client.connect(to, ALPN);
    expect(connection.remoteId).toBe(secretKey.id);
    void echo((await accepting).acceptBi());
    expect(await ask(connection, 'hello')).toBe('hello');
  });

  test('with another certificate than the pinned one is not talked to', async () => {
    const [server, other, client] = [await bind(), await bind(), await bind()];
    acceptOne(server).catch(() => {}); // its handshake may be over before the client looks
    const dial = client.connect({ addr: server.addr, certificate: other.certificate }, ALPN);
    await expect(dial).rejects.toMatchObject({ code: 'ERR_CONNECT', reason: 'identity-mismatch' });
  });

  test('does not get into an endpoint where both sides prove an id', async () => {
    const secretKey = SecretKey.generate();
    const server = track(await Endpoint.bind({ address: '127.0.0.1:0', alpns: [ALPN], secretKey }));
    const refused = (async () => {
      for await (const incoming of server.accept()) return await incoming.accept();
      throw new Error('the endpoint closed');
    })();
    const pinned = await bind({ secretKey }); // for its certificate, which is another one
    const [addr] = server.addr().addrs;
    if (addr?.type !== 'ip') throw new Error('no address');
    const client = await bind();
    const dial = client.connect({ addr: addr.addr, certificate: pinned.certificate }, ALPN);
    await expect(dial).rejects.toMatchObject({ code: 'ERR_CONNECT' });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_CONNECT' });
  });
});
