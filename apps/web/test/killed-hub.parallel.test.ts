import { topicIdFrom } from '@grapevine/api';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BrowserKind, missingBrowser, startBrowser } from './browsers.js';
import { HubProcess } from './hub-process/index.js';
import { ObservedPage } from './observed-page.js';

// A hub that is killed says nothing. Firefox ends the session after 30 s of silence, and does not say before that nobody answers.

const ROOM = 'killed hub';
/** Long before that: at most 5 s until it asks, three questions of 2 s each, a dial, and one more question. */
const SOON = 22_000;

const KINDS = ['firefox', 'chrome'] as const satisfies readonly BrowserKind[];
const browsers = new Map<BrowserKind, Browser>();
let hub: HubProcess;
let site: ObservedPage;

beforeAll(async () => {
  for (const kind of KINDS) {
    const missing = missingBrowser(kind);
    if (missing !== undefined) throw new Error(`this test ${missing}`);
    browsers.set(kind, await startBrowser(kind));
  }
});
afterAll(async () => {
  for (const browser of browsers.values()) await browser.close();
  site?.close();
  hub?.kill();
});

test.each(KINDS)(
  'a tab in %s talks to its only hub for a while, and notices by what it says that the hub was killed',
  async (kind) => {
    hub = await HubProcess.start(ROOM, []);
    site = await ObservedPage.serve(() => ({ topic: topicIdFrom(ROOM), tickets: [hub.web] }));
    const tab = await site.open(browsers.get(kind) as Browser);
    for (let i = 0; i < 25; i++) {
      await tab.say(`${i}`);
      await new Promise((resolve) => setTimeout(resolve, 1_000)); // its hub is asked every five
    }
    expect(await tab.neighbors()).toBe(1);
    expect((await tab.heard()).events.map(({ type }) => type)).toEqual(['neighborUp']);
    hub.kill();
    await tab.say('is anybody there?');
    const killed = performance.now();
    await expect.poll(() => tab.neighbors(), { timeout: SOON, interval: 100 }).toBe(0);
    console.info(
      `${kind} has noticed that its hub was killed after ${((performance.now() - killed) / 1e3).toFixed(1)} s`,
    );
    site.close();
  },
);
