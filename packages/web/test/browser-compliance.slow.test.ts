import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type EndpointAddr, SecretKey } from '@grapevine/net';
import { type EndpointRequest, transportCompliance } from '@grapevine/net/compliance';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type BrowserKind, missingBrowser, startBrowser } from '../../../apps/web/test/browsers.js';
import { webAddrs, webTransportAddr } from '../src/index.js';
import { WebListener } from '../src/listener/index.js';
import { Cable } from './browser/cable.js';
import { BrowserPage } from './browser/remote.js';
import { WebPair } from './support.js';

/** No test takes longer in either browser, by far. In milliseconds. */
const TIMEOUT_MS = 60_000;

const runner = {
  describe,
  test: (name: string, body: () => Promise<void>) => test(name, body, TIMEOUT_MS),
  skip(name: string, reason: string) {
    console.info(`skipped ${name}: ${reason}`); // the reporter would show neither
    test.skip(`${name}: ${reason}`);
  },
};

/** See "a stop of a stream whose last acknowledgement comes in the same turn" in net's tests of hostile frames. */
const CODE_IS_LOST =
  'it may acknowledge all in the same packet, and then quiche 0.18 forgets the code (0 stands for it)';

/** What a browser cannot do. */
const CANNOT: Record<BrowserKind, Readonly<Record<string, string>>> = {
  chrome: {
    '1,000 streams at once, and another 1,000 after them (accepter to dialer)': 'it allows a hundred streams at once',
    'a stop reaches the writer with its code (accepter to dialer)': CODE_IS_LOST,
  },
  firefox: {
    '1,000 streams at once, and another 1,000 after them (accepter to dialer)': 'it allows a few streams at once',
    'a stop reaches the writer, and later writes are harmless (accepter to dialer)':
      'it does not tell that the page reads no further',
    'a stop reaches the writer with its code (accepter to dialer)': 'it does not tell that the page reads no further',
    'a stream without a byte ends at once (accepter to dialer)':
      'it closes the connection over a stream that ends within its header',
  },
};

describe.each(['chrome', 'firefox'] as const)('dialed from %s', (kind) => {
  let page: BrowserPage;
  let browser: Awaited<ReturnType<typeof startBrowser>>;

  beforeAll(async () => {
    const missing = missingBrowser(kind);
    if (missing !== undefined) throw new Error(`this test ${missing}`);
    [page, browser] = await Promise.all([BrowserPage.serve(), startBrowser(kind)]);
    const tab = await browser.newPage();
    tab.on('pageerror', (error) => console.error(`in the page: ${String(error)}`));
    await tab.goto(page.url);
  });
  afterAll(async () => {
    await browser?.close();
    await page?.close();
  });

  const endpoint = ({ secretKey = SecretKey.generate(), handshakeTimeoutMs }: EndpointRequest) =>
    page.endpoint(secretKey, { handshakeTimeoutMs });

  transportCompliance(runner, {
    name: `WebTransport of ${kind}`,
    create: async (request) => {
      const secretKey = request.secretKey ?? SecretKey.generate();
      const listener = await WebListener.bind({ address: '127.0.0.1:0', ...request, secretKey });
      return new WebPair({ listener, endpoint: endpoint({ ...request, secretKey }) });
    },
    deadAddr: async (id) => {
      const silent = createSocket('udp4').bind(0, '127.0.0.1').unref(); // bound, and answers nothing
      await once(silent, 'listening');
      return addrOf(id, silent.address().port, [new Uint8Array(32)]);
    },
    mortalDialer: async (request, to, alpn) => {
      const [{ authority = '', hashes = [] } = {}] = webAddrs(to.addrs);
      const cable = await Cable.lay(Number(authority.split(':')[1]));
      await endpoint(request).connect(addrOf(to.id, cable.port, hashes), alpn);
      return { vanish: async () => cable.cut(), close: async () => cable.remove() };
    },
    dyingEndpoint: { skip: 'a page sees no sockets, and none of them dies alone' },
    hostile: { skip: 'a page cannot break the rules of HTTP/3' },
    ipv6: { skip: 'the QUIC transport tries it' },
    skip: CANNOT[kind],
  });
});

function addrOf(id: EndpointAddr['id'], port: number, hashes: readonly Uint8Array[]): EndpointAddr {
  return { id, addrs: [webTransportAddr({ authority: `127.0.0.1:${port}`, hashes })] };
}
