import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'puppeteer-core';

/**
 * A page that joins and records the events of its topic. It shows nothing, so that a test sees what a tab receives apart from what a page
 * makes of it. It runs on the built packages, as pages do.
 */
const SCRIPT = `
import { parseTicket } from '@grapevine/api';
import { LeafGossip } from '@grapevine/api/leaf';
import { BrowserKey, WebEndpoint } from '@grapevine/web';

const { topic: id, tickets } = await (await fetch('/grapevine.json')).json();
const endpoint = new WebEndpoint({ key: await BrowserKey.load('observed') });
const gossip = LeafGossip.spawn(endpoint);
const topic = await gossip.subscribe(id, { bootstrap: tickets.map(parseTicket) });
const heard = { received: 0, told: 0, texts: [], events: [], gaps: [] };
globalThis.observed = {
  heard,
  neighbors: () => topic.neighbors().length,
  say: (text) => topic.broadcast(text),
  /** Publishes lines at a rate for some time. */
  async flood(name, perSecond, seconds) {
    const padding = 'x'.repeat(60);
    const started = performance.now();
    const sent = [];
    for (let i = 0; i < perSecond * seconds; ) {
      const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - started) / 1e3) * perSecond));
      for (; i < due; i++) sent.push(topic.broadcast(name + ' ' + i + ' ' + padding));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await Promise.all(sent);
    return sent.length;
  },
};
for await (const event of topic) {
  const at = Date.now();
  if (event.type === 'received') {
    heard.received++;
    heard.texts.push([at, new TextDecoder().decode(event.content)]);
    continue;
  }
  if (event.type === 'lagged' && event.missed) heard.told += event.missed;
  heard.events.push({ at, type: event.type, missed: event.missed, reason: event.reason });
}
`;

/** The page for every other path. */
const EMPTY = '<!doctype html><title>empty</title>';

/** What a tab has received so far. Times are those of the wall clock. */
export interface Heard {
  readonly received: number;
  /** Messages that were told as lost, where their number is known. */
  readonly told: number;
  readonly texts: readonly (readonly [at: number, text: string])[];
  readonly events: readonly { at: number; type: string; missed?: number; reason?: string }[];
}

/** Serves that page, and the hubs of its room. */
export class ObservedPage {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param content - what the page asks for: the topic, and tickets of hubs */
  static async serve(content: () => { readonly topic: string; readonly tickets: readonly string[] }) {
    const { outputFiles } = await build({
      stdin: { contents: SCRIPT, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
      bundle: true,
      format: 'esm',
      write: false,
    });
    const script = outputFiles[0]?.contents ?? '';
    const server = createServer(({ url }, response) => {
      if (url === '/page.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
      if (url === '/grapevine.json') return response.end(JSON.stringify(content()));
      response.writeHead(200, { 'content-type': 'text/html' });
      return response.end(url === '/' ? '<!doctype html><script type="module" src="/page.js"></script>' : EMPTY);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ObservedPage(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async open(browser: Pick<Browser, 'newPage'>): Promise<ObservedTab> {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`in the page: ${String(error)}`));
    await page.goto(this.url);
    await page.waitForFunction('globalThis.observed?.neighbors() > 0', { timeout: 60_000 });
    return new ObservedTab(page);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** A tab that shows that page. */
export class ObservedTab {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  heard(): Promise<Heard> {
    return this.page.evaluate('observed.heard') as Promise<Heard>;
  }

  neighbors(): Promise<number> {
    return this.page.evaluate('observed.neighbors()') as Promise<number>;
  }

  async say(text: string): Promise<void> {
    await this.page.evaluate(`observed.say(${JSON.stringify(text)})`);
  }
}
