import { type BiStream, ConnectError, type EndpointId, SecretKey } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { describe, expect, test } from 'vitest';
import { proveDialer } from '../src/identity/dialer.js';
import { proveListener } from '../src/identity/listener.js';
import { MessageStream } from '../src/identity/message-stream.js';
import { dialerStatement, type Hello, helloSchema, proofSchema, statement } from '../src/identity/messages.js';
import type { WebSession } from '../src/session/web-session.js';

const ALPN = 'x/1';
const listenerKey = SecretKey.fromBytes(new Uint8Array(32).fill(1));
const dialerKey = SecretKey.fromBytes(new Uint8Array(32).fill(2));
const evilKey = SecretKey.fromBytes(new Uint8Array(32).fill(3));
const hash = (byte: number) => new Uint8Array(32).fill(byte);
const LATER = BigInt(Math.floor(Date.now() / 1000) + 1000);

/** What a listener with these certificates says. */
function helloOf(key: SecretKey, hashes: Uint8Array[], notAfter = LATER): Hello & { type: 'hello' } {
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  return { type: 'hello', id: key.id, nonce, hashes, notAfter, signature: key.sign(statement(hashes, notAfter)) };
}

/** The two ends of a session, over the in-memory network: whose identities nobody looks at here. */
async function session(): Promise<[WebSession, WebSession]> {
  const network = new MemoryNetwork();
  const a = network.endpoint({ alpns: ['s'] });
  const b = network.endpoint({ alpns: ['s'] });
  const accepting = (async () => {
    for await (const incoming of b.accept()) return incoming.accept();
    throw new Error('closed');
  })();
  return [await a.connect(b.addr(), 's'), await accepting];
}

const expected = (hashes: Uint8Array[], id: EndpointId = listenerKey.id) => ({ id, hashes, alpn: ALPN });

describe('the proof of who is at the two ends', () => {
  test('tells each the other, with one pinned certificate or two', async () => {
    for (const pinned of [[hash(1)], [hash(1), hash(2)]]) {
      const [dialer, listener] = await session();
      const proving = proveListener(listener, helloOf(listenerKey, [hash(0), hash(1), hash(2)]), ALPN);
      await proveDialer(dialer, dialerKey, expected(pinned));
      expect(await proving).toBe(dialerKey.id);
    }
  });

  test.each<[string, Hello & { type: 'hello' }, Uint8Array[], string]>([
    ['another endpoint', helloOf(evilKey, [hash(1)]), [hash(1)], 'found'],
    ['a certificate that was not pinned', helloOf(listenerKey, [hash(1)]), [hash(9)], 'pinned'],
    [
      'what another said of itself, beside a certificate of its own',
      helloOf(listenerKey, [hash(1)]),
      [hash(1), hash(9)],
      'pinned',
    ],
    ['an expired statement', helloOf(listenerKey, [hash(1)], 1n), [hash(1)], 'expired'],
    [
      'a longer validity than was signed',
      { ...helloOf(listenerKey, [hash(1)], 1n), notAfter: LATER },
      [hash(1)],
      'not signed',
    ],
    [
      'another list of certificates than was signed',
      { ...helloOf(listenerKey, [hash(1)]), hashes: [hash(9)] },
      [hash(9)],
      'not signed',
    ],
    ['a signature of somebody else', { ...helloOf(evilKey, [hash(1)]), id: listenerKey.id }, [hash(1)], 'not signed'],
  ])('a listener that shows %s is turned away', async (_, hello, pinned, message) => {
    const [dialer, listener] = await session();
    new MessageStream(await listener.openBi()).send(helloSchema, hello);
    const failure = await proveDialer(dialer, dialerKey, expected(pinned)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectError);
    expect(failure).toMatchObject({ reason: 'identity-mismatch', message: expect.stringContaining(message) });
  });

  test.each<[string, (hello: Hello & { type: 'hello' }) => Uint8Array]>([
    ['signs another nonce: a replay', () => dialerKey.sign(dialerStatement(listenerKey.id, hash(7), ALPN))],
    [
      'meant another listener, which passes it on',
      ({ nonce }) => dialerKey.sign(dialerStatement(evilKey.id, nonce, ALPN)),
    ],
    ['meant another protocol', ({ nonce }) => dialerKey.sign(dialerStatement(listenerKey.id, nonce, 'y/1'))],
    ['has another key', ({ nonce }) => evilKey.sign(dialerStatement(listenerKey.id, nonce, ALPN))],
  ])('a dialer that %s is turned away', async (_, sign) => {
    const [dialer, listener] = await session();
    const hello = helloOf(listenerKey, [hash(1)]);
    const proving = proveListener(listener, hello, ALPN).catch((error: unknown) => error);
    const { value } = await dialer.acceptBi()[Symbol.asyncIterator]().next();
    const messages = new MessageStream(value as BiStream);
    await messages.receive(helloSchema);
    messages.send(proofSchema, { id: dialerKey.id, signature: sign(hello) });
    expect(await proving).toMatchObject({ reason: 'identity-mismatch' });
  });

  test('a message of more than a kilobyte is not read', async () => {
    const [dialer, listener] = await session();
    (await listener.openBi()).send.write(Uint8Array.of(0xff, 0xff, 0));
    await expect(proveDialer(dialer, dialerKey, expected([hash(1)]))).rejects.toThrow('65535 bytes');
  });
});
