import { SecretKey, type SendStream } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { afterEach, describe, expect, test } from 'vitest';
import { concat } from '../src/bytes.js';
import { encodeFrame, FRAME, STREAM } from '../src/http3/frame.js';
import { encodeFields } from '../src/http3/qpack.js';
import { encodeRequest } from '../src/http3/request.js';
import { encodeSettings } from '../src/http3/settings.js';
import { WebEndpoint } from '../src/index.js';
import { HubEndpoint, QuicDialer, WebListener, type WebListenerOptions } from '../src/listener/index.js';
import { rawConnect } from './raw-client.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(options: WebListenerOptions = {}): Promise<WebListener> {
  const listener = await WebListener.bind({ address: '127.0.0.1:0', alpns: ['x'], ...options });
  closers.push(() => listener.close());
  void (async () => {
    for await (const incoming of listener.accept()) incoming.accept().catch(() => {}); // strangers prove nothing
  })();
  return listener;
}

/** A stranger that asks for a session and then proves nothing. */
async function ask(listener: WebListener) {
  const { quic, close } = await rawConnect(listener);
  closers.push(close);
  (await quic.openUni()).write(concat(Uint8Array.of(STREAM.control), encodeFrame(FRAME.settings, encodeSettings())));
  const { send, recv, id = 0 } = await quic.openBi();
  send.write(encodeRequest({ path: '/.well-known/grapevine/x', authority: 'a', origin: undefined }));
  return { quic, id, answer: await recv.read() };
}

const answer = (status: number) => encodeFrame(FRAME.headers, encodeFields([[':status', String(status)]]));

/** Somebody who proves who it is. */
async function visit(listener: WebListener) {
  const dialer = await QuicDialer.bind({ address: '127.0.0.1:0' });
  const endpoint = new WebEndpoint({ key: SecretKey.generate(), dialer: dialer.dial });
  closers.push(async () => {
    await endpoint.close();
    await dialer.close();
  });
  return endpoint.connect(listener.addr(), 'x');
}

test('what a listener refuses is counted, and a hub counts it with what its endpoint drops', async () => {
  const secretKey = SecretKey.generate();
  const listener = await WebListener.bind({ secretKey, address: '127.0.0.1:0', alpns: ['x'], maxUnproven: 1 });
  const endpoint = await Endpoint.bind({ secretKey, address: '127.0.0.1:0' }); // no protocols: it refuses everybody
  const hub = new HubEndpoint(endpoint, listener);
  closers.push(() => hub.close());
  await using peer = await Endpoint.bind({ address: '127.0.0.1:0' });
  await expect(peer.connect(endpoint.addr(), 'x')).rejects.toMatchObject({ name: 'ConnectError' });
  await ask(listener);
  await ask(listener);
  expect(listener.losses()).toMatchObject({ 'no-room': 1, 'bad-request': 0, refused: 0 });
  expect(hub.losses()).toMatchObject({ 'no-room': 1, 'bad-request': 0, refused: 1 });
});

describe('a listener has a budget', () => {
  test('of sessions for each source: 256 by default', async () => {
    const listener = await listen({ maxSessionsPerSource: 2 });
    expect((await ask(listener)).answer).toEqual(answer(200));
    const second = await ask(listener);
    expect(second.answer).toEqual(answer(200));
    expect((await ask(listener)).answer).toEqual(answer(429));
    expect(listener.losses()).toMatchObject({ 'no-room': 1, 'bad-request': 0 });
    second.quic.close(0);
    await expect.poll(async () => (await ask(listener)).answer).toEqual(answer(200));
  });

  test('of sessions whose other end has not proven who it is: 256 by default; those who have count no more', async () => {
    const listener = await listen({ maxUnproven: 1 });
    await visit(listener);
    await visit(listener);
    const stranger = await ask(listener);
    expect(stranger.answer).toEqual(answer(200));
    await expect(visit(listener)).rejects.toMatchObject({ reason: 'refused' });
    stranger.quic.close(0);
    await expect.poll(() => visit(listener).then(() => 'welcome', String)).toBe('welcome');
  });

  test('of time to prove it: 10 s by default', async () => {
    const { quic } = await ask(await listen({ handshakeTimeoutMs: 300 }));
    expect(await quic.closed).toMatchObject({ type: 'peer' });
  });

  test('of bytes that nobody reads: 1 MiB for a session (and 32 KiB before the other end has proven who it is, see hostile-http3)', async () => {
    const flood = async (open: () => Promise<SendStream>, header: Uint8Array) => {
      for (let i = 0; i < 8; i++) {
        const stream = await open();
        stream.write(concat(header, new Uint8Array(512 * 1024)));
      }
    };
    const listener = await listen();
    const known = await visit(listener);
    await flood(() => known.openUni(), new Uint8Array());
    const sent = () => known.stats().sentBytes;
    await expect.poll(sent).toBeGreaterThan(900 * 1024);
    await known.probe?.(1_000);
    expect(sent()).toBeLessThan(1_300 * 1024);
  });

  test('of streams: 1,024 one-way and 128 two-way by default', async () => {
    const { quic } = await ask(await listen());
    const open = async (kind: 'openUni' | 'openBi'): Promise<number> => {
      for (let opened = 0; ; opened++) {
        try {
          await quic[kind]();
        } catch {
          return opened;
        }
      }
    };
    // Of HTTP/3's own streams, the request and one of three unidirectional ones are open.
    expect(await open('openUni')).toBe(1_024 + 2);
    expect(await open('openBi')).toBe(128);
  });
});
