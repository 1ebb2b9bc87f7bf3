import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { concat } from '../src/bytes.js';
import { H3 } from '../src/http3/codes.js';
import { encodeFrame, FRAME, STREAM } from '../src/http3/frame.js';
import { encodeFields } from '../src/http3/qpack.js';
import { encodeRequest } from '../src/http3/request.js';
import { encodeSettings } from '../src/http3/settings.js';
import { encodeVarint } from '../src/http3/varint.js';
import { WebListener, type WebListenerOptions } from '../src/listener/index.js';
import { rawConnect } from './raw-client.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(options: WebListenerOptions = {}): Promise<WebListener> {
  const listener = await WebListener.bind({ address: '127.0.0.1:0', alpns: ['x'], ...options });
  closers.push(() => listener.close());
  void (async () => {
    for await (const incoming of listener.accept()) incoming.accept().catch(() => {}); // attackers prove nothing
  })();
  return listener;
}

async function connect(listener: WebListener) {
  const client = await rawConnect(listener);
  closers.push(client.close);
  return client.quic;
}

const control = (...frames: Uint8Array[]) => concat(Uint8Array.of(STREAM.control), ...frames);
const settings = encodeFrame(FRAME.settings, encodeSettings());
const request = encodeRequest({ path: '/.well-known/grapevine/x', authority: 'a', origin: undefined });

/** What a client sends on one-way streams and on its first two-way stream. */
interface Attack {
  readonly uni?: readonly Uint8Array[];
  readonly bi?: Uint8Array;
}

const attacks: Record<string, [Attack, number]> = {
  'a control stream without settings': [
    { uni: [control(encodeFrame(FRAME.goaway, Uint8Array.of(0)))] },
    H3.missingSettings,
  ],
  'settings twice': [{ uni: [control(settings, settings)] }, H3.frameUnexpected],
  'a setting of HTTP/2': [{ uni: [control(encodeFrame(FRAME.settings, Uint8Array.of(2, 0)))] }, H3.settingsError],
  'a setting twice': [{ uni: [control(encodeFrame(FRAME.settings, Uint8Array.of(1, 0, 1, 0)))] }, H3.settingsError],
  'settings of 5,000 bytes': [{ uni: [control(encodeFrame(FRAME.settings, new Uint8Array(5_000)))] }, H3.excessiveLoad],
  'two control streams': [{ uni: [control(settings), control(settings)] }, H3.streamCreationError],
  'a push stream': [{ uni: [Uint8Array.of(STREAM.push)] }, H3.streamCreationError],
  'a frame of HTTP/2': [{ uni: [control(settings, encodeFrame(0x08, new Uint8Array(1)))] }, H3.frameUnexpected],
  'data on the control stream': [
    { uni: [control(settings, encodeFrame(FRAME.data, new Uint8Array(1)))] },
    H3.frameUnexpected,
  ],
  'instructions for a QPACK table': [
    { uni: [concat(Uint8Array.of(STREAM.qpackEncoder), new Uint8Array(2_000))] },
    H3.qpackEncoderStreamError,
  ],
  'a session id that is none': [{ uni: [concat(encodeVarint(STREAM.webTransport), encodeVarint(3))] }, H3.idError],
  'header fields of 10,000 bytes': [
    { bi: concat(Uint8Array.of(FRAME.headers), encodeVarint(10_000)) },
    H3.excessiveLoad,
  ],
  'header fields that are none': [
    { bi: encodeFrame(FRAME.headers, Uint8Array.of(0, 0, 0x80)) },
    H3.qpackDecompressionFailed,
  ],
  'a request without a path': [
    {
      bi: encodeFrame(
        FRAME.headers,
        encodeFields([
          [':method', 'CONNECT'],
          [':protocol', 'webtransport'],
        ]),
      ),
    },
    H3.messageError,
  ],
  'a capsule of a megabyte': [
    {
      uni: [control(settings)],
      bi: concat(request, encodeFrame(FRAME.data, concat(encodeVarint(0x2843), encodeVarint(1 << 20)))),
    },
    H3.excessiveLoad,
  ],
};

describe('a client that breaks the rules of HTTP/3', () => {
  test.each(Object.entries(attacks))(
    '%s ends its connection with the code for it',
    async (_, [{ uni = [], bi }, code]) => {
      const quic = await connect(await listen());
      for (const bytes of uni) (await quic.openUni()).write(bytes);
      if (bi) (await quic.openBi()).send.write(bi);
      expect(await quic.closed).toMatchObject({ type: 'peer', code });
    },
  );

  test('streams and frames of unknown types are passed over', async () => {
    const quic = await connect(await listen());
    const grease = encodeFrame(0x21 + 0x1f * 7, new Uint8Array(100));
    (await quic.openUni()).write(concat(encodeVarint(0x21 + 0x1f * 3), new Uint8Array(50)));
    (await quic.openUni()).write(control(settings, grease));
    const { send, recv } = await quic.openBi();
    send.write(request);
    expect(await recv.read()).toEqual(encodeFrame(FRAME.headers, encodeFields([[':status', '200']])));
  });

  test.each([
    ['another path', '404', {}, { path: '/', authority: 'a', origin: undefined }],
    [
      'a page that may not',
      '403',
      { origins: ['https://good.example'] },
      { path: '/.well-known/grapevine/x', authority: 'a', origin: 'https://bad.example' },
    ],
  ])('%s is answered with %s', async (_, status, options, asked) => {
    const quic = await connect(await listen(options));
    (await quic.openUni()).write(control(settings));
    const { send, recv } = await quic.openBi();
    send.write(encodeRequest(asked));
    expect(await recv.read()).toEqual(encodeFrame(FRAME.headers, encodeFields([[':status', status]])));
  });

  test('who asks for nothing is gone after the time for handshakes', async () => {
    const quic = await connect(await listen({ handshakeTimeoutMs: 200 }));
    expect(await quic.closed).toMatchObject({ type: 'peer' });
  });

  test('a session beyond the limit is refused with 429, and one that ends makes room', async () => {
    const listener = await listen({ maxSessions: 1 });
    const ask = async () => {
      const quic = await connect(listener);
      (await quic.openUni()).write(control(settings));
      const { send, recv } = await quic.openBi();
      send.write(request);
      return { quic, answer: await recv.read() };
    };
    const first = await ask();
    const answer = (status: string) => encodeFrame(FRAME.headers, encodeFields([[':status', status]]));
    expect(first.answer).toEqual(answer('200'));
    expect((await ask()).answer).toEqual(answer('429'));
    first.quic.close(0);
    await expect.poll(async () => (await ask()).answer).toEqual(answer('200'));
  });

  test('who has not proven who it is may open some streams, and not thousands', async () => {
    const quic = await connect(await listen());
    const opening = (async () => {
      for (let i = 0; i < 4_000; i++) {
        (await quic.openUni()).write(Uint8Array.of(0x40)); // the first byte of two
        if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return 'all of them';
    })();
    expect(await Promise.race([opening.catch(() => 'cut off'), quic.closed.then(() => 'cut off')])).toBe('cut off');
  });

  test('nor may it have a listener keep more than a request takes', async () => {
    const quic = await connect(await listen());
    const { send } = await quic.openBi();
    send.write(concat(encodeVarint(FRAME.webTransportStream), encodeVarint(0), new Uint8Array(100_000)));
    expect(await quic.closed).toMatchObject({ type: 'error' });
  });

  test('whatever is sent on any stream, the listener goes on answering', async () => {
    const listener = await listen();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 6 }),
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        async (unis, bi) => {
          const client = await rawConnect(listener);
          for (const bytes of unis) (await client.quic.openUni()).write(bytes);
          const { send, recv } = await client.quic.openBi();
          send.write(bi);
          send.finish();
          await recv.read().catch(() => {}); // an answer, a reset, or the end
          await client.close();
        },
      ),
      { numRuns: 40 },
    );
    const quic = await connect(listener);
    (await quic.openUni()).write(control(settings));
    const { send, recv } = await quic.openBi();
    send.write(request);
    expect(await recv.read()).toBeDefined();
  });
});
