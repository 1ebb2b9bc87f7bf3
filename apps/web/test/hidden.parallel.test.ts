import { setTimeout } from 'node:timers/promises';
import { type BoundGossip, Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Site } from '../dist/index.js';
import { missingBrowser, startBrowser, Tab } from './browsers.js';
import { HubProcess } from './hub-process/index.js';
import { ObservedPage, type ObservedTab } from './observed-page.js';

// In Chromium, the timers of a tab that was hidden for five minutes fire once a minute. Here ten seconds are enough for that.

const ROOM = 'hidden';
const THROTTLED = '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10';

let hubs: HubProcess[];
let site: ObservedPage;
let chat: Site;
let chrome: Browser;
/** A page that has no connection, to see what the browser does to timers. */
let idle: Page;
let tab: ObservedTab;
let room: Tab;
let node: BoundGossip;
let topic: GossipTopic;

beforeAll(async () => {
  const missing = missingBrowser('chrome');
  if (missing !== undefined) throw new Error(`this test ${missing}`);
  hubs = [await HubProcess.start(ROOM, [])];
  hubs.push(await HubProcess.start(ROOM, hubs));
  const content = () => ({ topic: topicIdFrom(ROOM), tickets: hubs.map(({ web }) => web) });
  [site, chat] = await Promise.all([ObservedPage.serve(content), Site.serve('127.0.0.1', 0, content)]);
  chrome = await startBrowser('chrome', { throttled: [THROTTLED] });
  idle = await chrome.newPage();
  await idle.goto(site.url.replace(/$/, 'idle'));
  tab = await site.open(chrome);
  room = await Tab.open(chrome, chat.url, 'hidden');
  for (const page of [idle, tab.page]) await page.evaluate(TICKS);
  const front = await chrome.newPage();
  await front.bringToFront();
  node = await Gossip.bind({ address: '127.0.0.1:0' });
  topic = await node.subscribe(topicIdFrom(ROOM), { bootstrap: hubs.map(({ member }) => member) });
  await topic.joined();
});
afterAll(async () => {
  await chrome?.close();
  await node?.shutdown();
  await chat?.close();
  site?.close();
  for (const hub of hubs ?? []) hub.kill();
});

/** Counts seconds, and remembers the longest. */
const TICKS = `{
  let last = performance.now();
  globalThis.longest = 0;
  (function tick() {
    const now = performance.now();
    globalThis.longest = Math.max(globalThis.longest, now - last);
    last = now;
    setTimeout(tick, 1_000);
  })();
}`;
const longest = (page: Page) => page.evaluate('longest') as Promise<number>;
const texts = async () => (await tab.heard()).texts.map(([, text]) => text);

test('a hidden tab in a quiet room keeps its links, is told of no absence, and hears at once', async () => {
  const before = (await tab.heard()).events;
  expect(await tab.neighbors()).toBe(2);
  await expect.poll(() => longest(idle), { timeout: 150_000, interval: 1_000 }).toBeGreaterThan(50_000);
  console.info(
    `longest second of a hidden page: ${await longest(idle)} ms without a connection, ${await longest(tab.page)} ms with one`,
  );
  await setTimeout(10_000);
  await topic.broadcast('after the silence');
  await expect.poll(texts, { timeout: 2_000 }).toContain('after the silence');
  expect((await tab.heard()).events).toEqual(before);
});

test('hubs are killed one after the other while somebody speaks: a hidden tab misses nothing, and is told of nothing', async () => {
  const lines = Array.from({ length: 60 }, (_, i) => `beside the dead ${i}`);
  for (const [i, line] of lines.entries()) {
    if (i === 5 || i === 40) {
      hubs[0]?.kill();
      hubs = [...hubs.slice(1), await HubProcess.start(ROOM, hubs.slice(1))];
    }
    await topic.broadcast(line);
    await setTimeout(1_000);
  }
  // Not in order: a line that the dead hub had yet to forward comes from another hub, after later ones.
  const heard = async () => new Set((await texts()).filter((text) => text.startsWith('beside the dead')));
  await expect.poll(heard, { timeout: 10_000 }).toEqual(new Set(lines));
  expect((await tab.heard()).events.filter(({ type }) => type === 'lagged')).toEqual([]);
});

test('all hubs are gone for a minute: a hidden chat room is back within three minutes after there is one, and mostly within seconds', async () => {
  for (const hub of hubs) hub.kill();
  const state = () => room.page.$eval('#status', (status) => status.getAttribute('data-state'));
  await expect.poll(state, { timeout: 60_000, interval: 500 }).toBe('alone');
  await setTimeout(60_000); // Chromium counts failed dials, and lets a page that goes on dialing wait for minutes
  hubs = [await HubProcess.start(ROOM, [])];
  const since = performance.now();
  await expect.poll(state, { timeout: 200_000, interval: 200 }).toBe('connected');
  const seconds = (performance.now() - since) / 1e3;
  console.info(`connected ${seconds.toFixed(1)} s after there was a hub`);
  // Mostly within ten. At worst a minute each for the page's timer, for the pause after dials that failed, and for Chromium's own before a dial.
  expect(seconds).toBeLessThan(185);
});
