import { setTimeout } from 'node:timers/promises';
import { type BoundGossip, Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { sealMessage, verifyMessage } from '@grapevine/chat-room';
import { SecretKey } from '@grapevine/net';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Site } from '../dist/index.js';
import { type BrowserKind, missingBrowser, startBrowser, Tab } from './browsers.js';
import { HubProcess } from './hub-process/index.js';
import { ObservedPage, type ObservedTab } from './observed-page.js';

// Far more than a chat: a member sends a thousand messages a second for ten seconds, to a Chromium tab and a Firefox tab on three hubs.

const ROOM = 'flood';
const KINDS = ['chrome', 'firefox'] as const;
const PER_SECOND = 1_000;
const SECONDS = 10;
const ALL = PER_SECOND * SECONDS;

let hubs: HubProcess[];
let site: ObservedPage;
let chat: Site;
let browsers: Record<BrowserKind, Browser>;
let tabs: Record<BrowserKind, ObservedTab>;
let node: BoundGossip;
let topic: GossipTopic;

beforeAll(async () => {
  for (const kind of KINDS) {
    const missing = missingBrowser(kind);
    if (missing !== undefined) throw new Error(`this test ${missing}`);
  }
  hubs = [await HubProcess.start(ROOM, [])];
  for (let i = 0; i < 2; i++) hubs.push(await HubProcess.start(ROOM, hubs));
  const content = () => ({ topic: topicIdFrom(ROOM), tickets: hubs.map(({ web }) => web) });
  [site, chat] = await Promise.all([ObservedPage.serve(content), Site.serve('127.0.0.1', 0, content)]);
  const [chrome, firefox] = await Promise.all([startBrowser('chrome'), startBrowser('firefox')]);
  browsers = { chrome, firefox };
  tabs = { chrome: await site.open(chrome), firefox: await site.open(firefox) };
  node = await Gossip.bind({ address: '127.0.0.1:0' });
  topic = await node.subscribe(topicIdFrom(ROOM), { bootstrap: hubs.map(({ member }) => member) });
  await topic.joined();
  read().catch(() => {}); // until the topic is closed
});
afterAll(async () => {
  await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
  await node?.shutdown();
  await chat?.close();
  site?.close();
  for (const hub of hubs ?? []) hub.kill();
});

/** Sends at an even pace, whatever the timers do. @param halfway what happens in the middle */
async function flood(messages: readonly (Uint8Array | string)[], halfway = () => {}): Promise<void> {
  const started = performance.now();
  const sent: Promise<void>[] = [];
  while (sent.length < ALL) {
    const due = Math.min(ALL, Math.floor(((performance.now() - started) / 1e3) * PER_SECOND));
    while (sent.length < due) {
      if (sent.length === ALL / 2) halfway();
      sent.push(topic.broadcast(messages[sent.length] ?? ''));
    }
    await setTimeout(5);
  }
  await Promise.all(sent);
}

const numbered = (name: string) => Array.from({ length: ALL }, (_, i) => `${name} ${i} `.padEnd(100, 'x'));

/** Has a page measure how long nothing else could run in it, as a click. */
const measure = (page: Page) =>
  page.evaluate(`{
    clearInterval(globalThis.watch);
    let last = performance.now();
    globalThis.longest = 0;
    globalThis.watch = setInterval(() => {
      const now = performance.now();
      globalThis.longest = Math.max(globalThis.longest, now - last);
      last = now;
    }, 10);
  }`);
const longestTurn = (page: Page) => page.evaluate('Math.round(longest)') as Promise<number>;

/** Waits until a tab has heard, or was told lost, as many as were sent; each that it has heard once. */
async function accounts(kind: BrowserKind, name: string, toldBefore: number): Promise<{ heard: number; told: number }> {
  const { page } = tabs[kind];
  // The page counts: a browser that hands all lines to the test reads no further ones meanwhile.
  const count = () =>
    page.evaluate(`{
      const texts = observed.heard.texts.filter(([, text]) => text.startsWith(${JSON.stringify(`${name} `)}));
      [texts.length, new Set(texts.map(([, text]) => text)).size, observed.heard.told];
    }`) as Promise<[number, number, number]>;
  const accounted = async () => {
    const [heard, , told] = await count();
    return heard + told - toldBefore;
  };
  await expect.poll(accounted, { timeout: 120_000, interval: 500 }).toBe(ALL);
  const [heard, different, told] = await count();
  expect(different).toBe(heard);
  return { heard, told: told - toldBefore };
}

async function floodTabs(name: string, halfway?: () => void): Promise<void> {
  const before = { chrome: (await tabs.chrome.heard()).told, firefox: (await tabs.firefox.heard()).told };
  for (const kind of KINDS) await measure(tabs[kind].page);
  await flood(numbered(name), halfway);
  const turns = { chrome: await longestTurn(tabs.chrome.page), firefox: await longestTurn(tabs.firefox.page) };
  for (const kind of KINDS) {
    const { heard, told } = await accounts(kind, name, before[kind]);
    console.info(`${kind}: ${heard} heard, ${told} told lost; its longest turn ${turns[kind]} ms`);
    expect(turns[kind]).toBeLessThan(1_000);
  }
}

test('a thousand messages a second for ten seconds: both tabs hear each once, or are told, and no turn takes a second', () =>
  floodTabs('even'));

test('the same, and a hub is killed halfway', async () => {
  await floodTabs('killed', () => hubs.shift()?.kill());
  hubs.push(await HubProcess.start(ROOM, hubs));
});

/** The lines that the member has read, of everybody else. */
const lines: string[] = [];

async function read(): Promise<void> {
  for await (const { content } of topic.messages()) {
    const said = await verifyMessage(content).catch(() => undefined); // other tests send no signed ones
    if (said?.message.type === 'message') lines.push(said.message.text.trimEnd());
  }
}

test.each(KINDS)('the chat room in %s can be used meanwhile: what is typed is there, and with others', async (kind) => {
  const tab = await Tab.open(browsers[kind], chat.url, `${kind} user`);
  const key = SecretKey.generate();
  const signed = numbered(kind).map((text) => sealMessage(key, { type: 'message', text: `${text}\n` }));
  const flooding = flood(await Promise.all(signed)); // signed before: that takes this process seconds
  await measure(tab.page);
  const took: number[] = [];
  for (const word of ['in', 'the', 'middle']) {
    await setTimeout(2_000);
    const line = `${kind} ${word}`;
    const since = performance.now();
    await tab.sayAll([line]);
    await tab.sees(line);
    await expect.poll(() => lines, { timeout: 10_000 }).toContain(line);
    took.push(Math.round(performance.now() - since));
  }
  await flooding;
  const turn = await longestTurn(tab.page);
  console.info(`chat room in ${kind}: shown and with others after ${took.join(', ')} ms; its longest turn ${turn} ms`);
  const last = numbered(kind)[ALL - 1] ?? '';
  const isThrough = async () => (await tab.said()).includes(last) || (await tab.lost()) > 0; // or was told lost
  await expect.poll(isThrough, { timeout: 60_000, interval: 1_000 }).toBe(true);
  expect(turn).toBeLessThan(2_000);
  await tab.page.close();
});
