import { type BoundGossip, Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { type ChatMessage, sealMessage } from '@grapevine/chat-room';
import { formatTicket, SecretKey } from '@grapevine/net';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Hub, Site } from '../dist/index.js';
import { missingBrowser, startBrowser, Tab } from './browsers.js';

// What the page shows, whatever members send. The room has one tab, and a member without a browser that sends with many keys.

const topic = topicIdFrom('page');
const ANY_PORT = '127.0.0.1:0';
let hub: Hub;
let site: Site;
let chrome: Browser;
let tab: Tab;
let node: BoundGossip;
let room: GossipTopic;

beforeAll(async () => {
  const missing = missingBrowser('chrome');
  if (missing !== undefined) throw new Error(`this test ${missing}`);
  hub = await Hub.start({ topic, address: ANY_PORT, webAddress: ANY_PORT });
  site = await Site.serve('127.0.0.1', 0, () => ({ topic, tickets: [formatTicket(hub.webAddr)] }));
  chrome = await startBrowser('chrome');
  tab = await Tab.open(chrome, site.url, 'ann');
  node = await Gossip.bind({ address: ANY_PORT });
  room = await node.subscribe(topic, { bootstrap: [hub.addr] });
  await room.joined({ signal: AbortSignal.timeout(20_000) });
});
afterAll(async () => {
  await node?.shutdown();
  await chrome?.close();
  await site?.close();
  await hub?.close();
});

const say = async (key: SecretKey, message: ChatMessage) => room.broadcast(await sealMessage(key, message));
const fromEnd = () => tab.page.$eval('#log', (log) => log.scrollHeight - log.scrollTop - log.clientHeight);

test('the page loads without a complaint of the browser', async () => {
  const page = await chrome.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(site.url);
  await page.waitForSelector('#status[data-state="connected"]');
  await page.close();
  expect(complaints).toEqual([]);
});

test('a log that is at its end stays there when the window gets lower, and one that is not stays where it is', async () => {
  const key = SecretKey.generate();
  await tab.page.setViewport({ width: 360, height: 640 });
  for (let i = 0; i < 60; i++) await say(key, { type: 'message', text: `line ${i}\n` });
  await tab.sees('line 59');
  await expect.poll(fromEnd).toBeLessThan(2);
  await tab.page.setViewport({ width: 360, height: 340 }); // a keyboard
  await expect.poll(fromEnd).toBeLessThan(2);
  await say(key, { type: 'message', text: 'above the keyboard\n' });
  await tab.sees('above the keyboard');
  await expect.poll(fromEnd).toBeLessThan(2);

  await tab.page.$eval('#log', (log) => log.scrollTo(0, 0));
  await tab.page.setViewport({ width: 360, height: 640 });
  await say(key, { type: 'message', text: 'not seen at once\n' });
  await tab.sees('not seen at once');
  expect(await tab.page.$eval('#log', (log) => log.scrollTop)).toBe(0);
  await tab.page.setViewport({ width: 1000, height: 700 });
});

test('who is here: at most a hundred and this tab, and only what has changed is drawn', async () => {
  const [first, ...others] = Array.from({ length: 120 }, () => SecretKey.generate());
  if (!first) throw new Error('nobody');
  const names = () => tab.page.$$eval('#members li', (items) => items.map(({ textContent }) => textContent));
  await tab.page.$eval('#members li', (item) => item.setAttribute('data-drawn', 'once'));
  await say(first, { type: 'aboutMe', name: 'first' });
  await expect.poll(names).toContain('first');
  for (const [i, key] of others.entries()) await say(key, { type: 'aboutMe', name: `other ${i}` });
  await expect.poll(names, { timeout: 20_000 }).toContain('other 118');
  expect(await names()).toHaveLength(101);
  expect(await names()).toContain('ann (you)');
  expect(await names()).not.toContain('first');
  expect(await tab.page.$$eval('[data-drawn]', (items) => items.map(({ textContent }) => textContent))).toEqual([
    'ann (you)',
  ]);
});

test('the longest name stays on the page', async () => {
  const name = 'n'.repeat(3_500);
  await say(SecretKey.generate(), { type: 'aboutMe', name });
  const isThere = () => tab.page.$eval('#members', (list, text) => list.textContent?.includes(text) === true, name);
  await expect.poll(isThere).toBe(true);
  const overflow =
    '[document.documentElement, document.querySelector("aside")].map((e) => e.scrollWidth - e.clientWidth)';
  expect(await tab.page.evaluate(overflow)).toEqual([0, 0]);
});

test('a line that is too long stays in the input, and the limit is told', async () => {
  const line = 'x'.repeat(5_000);
  await tab.sayAll([line]);
  const notice = () => tab.page.$$eval('.notice', (all) => all.at(-1)?.textContent ?? '');
  await expect.poll(notice).toMatch(/^not sent: the line has 5000 bytes, there is room for \d+$/);
  expect(await tab.page.$eval('#line', (input) => (input as unknown as { value: string }).value)).toBe(line);
  const [, limit] = /room for (\d+)/.exec(await notice()) ?? [];
  const longest = 'y'.repeat(Number(limit));
  await tab.sayAll([longest]);
  await tab.sees(longest);
});
