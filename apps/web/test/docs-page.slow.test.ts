import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { formatTicket, Router, SecretKey } from '@grapevine/net';
import { WebListener } from '@grapevine/web/listener';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { blockOf } from '../../../test/docs/pages.js';
import { missingBrowser, startBrowser } from './browsers.js';

const missing = missingBrowser('chrome');

test.skipIf(missing !== undefined)(
  `the lines in docs/web.md join from a page${missing ? ` (${missing})` : ''}`,
  async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: blockOf('docs/web.md', 'apps/web/test/docs-page.slow.test.ts').code,
        loader: 'ts',
        resolveDir: fileURLToPath(new URL('..', import.meta.url)),
      },
      bundle: true,
      format: 'esm',
      write: false,
    });
    const [script] = outputFiles;
    const topic = topicIdFrom('my-room');
    await using listener = await WebListener.bind({ secretKey: SecretKey.generate(), address: '127.0.0.1:0' });
    await using gossip = Gossip.spawn(listener);
    await using _router = new Router(listener).accept(Gossip.ALPN, gossip).spawn();
    await using room = await gossip.subscribe(topic);
    const answers: Record<string, readonly [string, string | Uint8Array]> = {
      '/': ['text/html', '<script type="module" src="/page.js"></script>'],
      '/page.js': ['text/javascript', script?.contents ?? ''],
      '/grapevine.json': ['application/json', JSON.stringify({ tickets: [formatTicket(listener.addr())] })],
    };
    const server = createServer((request, response) => {
      const [type, body] = answers[request.url ?? ''] ?? ['text/plain', ''];
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const chrome = await startBrowser('chrome');
    try {
      const page = await chrome.newPage();
      const failures: unknown[] = [];
      page.on('pageerror', (error) => failures.push(error));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      for await (const { content } of room.messages()) {
        expect(new TextDecoder().decode(content)).toBe('hello from a tab');
        break;
      }
      expect(failures).toEqual([]);
    } finally {
      await chrome.close();
      server.close();
    }
  },
);
