import { setTimeout } from 'node:timers/promises';
import { topicIdFrom } from '@grapevine/api';
import { formatTicket, type SecretKey } from '@grapevine/net';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Hub, Site } from '../dist/index.js';
import { missingBrowser, startBrowser, Tab } from './browsers.js';

const topic = topicIdFrom('browsers');

describe('the chat room in real browsers', () => {
  const ANY_PORT = '127.0.0.1:0';
  let hubs: Hub[];
  let site: Site;
  let chrome: Browser;
  let firefox: Browser;
  let tabs: { ann: Tab; ben: Tab; cleo: Tab };

  const start = (bootstrap: Hub[], secretKey?: SecretKey) =>
    Hub.start({
      topic,
      address: ANY_PORT,
      webAddress: ANY_PORT,
      bootstrap: bootstrap.map(({ addr }) => addr),
      ...(secretKey && { secretKey }),
    });

  beforeAll(async () => {
    const missing = missingBrowser('chrome') ?? missingBrowser('firefox');
    if (missing !== undefined) throw new Error(`this test ${missing}`);
    const first = await start([]);
    hubs = [first, await start([first])];
    const content = () => ({ topic, tickets: hubs.map(({ webAddr }) => formatTicket(webAddr)) });
    site = await Site.serve('127.0.0.1', 0, content);
    [chrome, firefox] = await Promise.all([startBrowser('chrome'), startBrowser('firefox')]);
    const other = await chrome.createBrowserContext(); // another person: another key
    tabs = {
      ann: await Tab.open(chrome, site.url, 'ann'),
      ben: await openIn(other, 'ben'),
      cleo: await Tab.open(firefox, site.url, 'cleo'),
    };
  });
  afterAll(async () => {
    await Promise.all([chrome?.close(), firefox?.close()]);
    await site?.close();
    await Promise.all((hubs ?? []).map((hub) => hub.close()));
  });

  const openIn = (context: { newPage: Browser['newPage'] }, name: string) =>
    Tab.open(context as Browser, site.url, name);

  test('two Chromium tabs and a Firefox tab read each other, each line once', async () => {
    for (const [name, tab] of Object.entries(tabs)) await tab.say(`hello from ${name}`);
    for (const tab of Object.values(tabs)) {
      for (const name of Object.keys(tabs)) await tab.sees(`hello from ${name}`);
      await expect
        .poll(async () => (await tab.lines()).toSorted())
        .toEqual(['ann: hello from ann', 'ben: hello from ben', 'cleo: hello from cleo']);
    }
    for (const [name, tab] of Object.entries(tabs)) await tab.picture(`chat-${name}`);
  });

  test('a tab that is reloaded is the same author', async () => {
    const { ann, ben } = tabs;
    await ann.page.reload();
    await ann.connected();
    await ann.say('I am back');
    await ben.sees('I am back');
    expect(await ben.lines()).toContain('ann: I am back');
  });

  test('a hub that dies takes nobody along, and nothing that is said then is lost', async () => {
    const [first] = hubs.splice(0, 1);
    await first?.close();
    await tabs.ann.say('after the hub');
    for (const tab of Object.values(tabs)) await tab.sees('after the hub');
    hubs.push(await start(hubs));
  });

  /** How many tabs the hubs have, each as often as it has hubs. */
  const leaves = async () => {
    const snapshots = await Promise.all(hubs.map((hub) => hub.snapshot()));
    return snapshots.reduce((sum, { topics }) => sum + (topics[0]?.leaves.length ?? 0), 0);
  };

  test('a tab that is closed is gone at its hubs within two seconds', async () => {
    const before = await leaves();
    const visitor = await Tab.open(chrome, site.url, 'visitor');
    await expect.poll(leaves, { timeout: 10_000 }).toBeGreaterThan(before);
    await visitor.page.close();
    await expect.poll(leaves, { timeout: 2_000 }).toBe(before);
  });

  test('a tab that is frozen for 30 s catches up, and reads each line once; meanwhile a killed browser is noticed', async () => {
    const { ann, ben, cleo } = tabs;
    const before = await leaves();
    const doomed = await startBrowser('chrome');
    await Tab.open(doomed, site.url, 'doomed');
    await expect.poll(leaves, { timeout: 10_000 }).toBeGreaterThan(before);
    doomed.process()?.kill('SIGKILL');
    await ben.freeze('frozen');
    const lines: string[] = [];
    for (let i = 0; i < 10; i++) {
      await setTimeout(3_000);
      lines.push(`while ben sleeps ${i}`);
      await (i % 2 === 0 ? ann : cleo).say(`while ben sleeps ${i}`);
    }
    await expect.poll(leaves, { timeout: 10_000 }).toBeLessThanOrEqual(before); // ben may be gone by now as well
    await ben.freeze('active');
    // The test asks again and again: a wait inside the page needs frames, and a page that was frozen draws none.
    const read = async () => (await ben.said()).filter((line) => line.startsWith('while ben sleeps')).toSorted();
    await expect.poll(read, { timeout: 60_000 }).toEqual(lines.toSorted());
  });

  test('a thousand messages of mixed sizes cross without loss, each once', async () => {
    const { ann, ben, cleo } = tabs;
    const sizes = [1, 40, 300, 1_000, 3_500]; // those below the number's own length are as short as they can be
    const lines = Array.from({ length: 1_000 }, (_, i) => `mixed ${i}:`.padEnd(sizes[i % sizes.length] as number, 'x'));
    for (let i = 0; i < 1_000; i += 50) {
      await Promise.all([ann.sayAll(lines.slice(i, i + 25)), cleo.sayAll(lines.slice(i + 25, i + 50))]);
      await setTimeout(250);
    }
    for (const tab of [ben, cleo, ann]) {
      const arrived = async () => (await tab.count('mixed ')).all;
      await expect.poll(arrived, { timeout: 120_000, interval: 1_000 }).toBeGreaterThanOrEqual(1_000);
      const mixed = (await tab.said()).filter((line) => line.startsWith('mixed '));
      expect(mixed.toSorted()).toEqual(lines.toSorted());
    }
    expect(await ben.page.$$('.notice').then((notices) => notices.length)).toBeLessThan(20);
  });

  test('a burst of a thousand messages at once crosses, each once, or is told lost', async () => {
    const { ann, ben, cleo } = tabs;
    const sizes = [10, 300, 1_000, 3_500];
    const lines = Array.from({ length: 1_000 }, (_, i) => `burst ${i} `.padEnd(sizes[i % sizes.length] as number, 'x'));
    const before = await Promise.all([ben.lost(), cleo.lost()]);
    await ann.sayAll(lines);
    for (const [i, tab] of [ben, cleo].entries()) {
      // The page counts: a browser that hands all lines to the test reads no further ones meanwhile.
      const told = async () => (await tab.lost()) - (before[i] as number);
      const accounted = async () => (await tab.count('burst ')).all + (await told());
      await expect.poll(accounted, { timeout: 200_000, interval: 1_000 }).toBe(1_000);
      const { all, different } = await tab.count('burst ');
      expect(different).toBe(all);
      console.info(`of a burst of 1,000 messages ${all} arrived, ${await told()} were told lost`);
    }
  });

  test('is used by keyboard alone, and tells a screen reader what is what', async () => {
    const { ann, cleo } = tabs;
    const tree = JSON.stringify(await ann.page.accessibility.snapshot());
    for (const name of ['Grapevine chat', 'Message', 'Send', 'Your name', 'Set', 'Who is here']) {
      expect(tree).toContain(`"name":"${name}"`);
    }
    const { keyboard } = ann.page;
    await ann.page.focus('#name');
    await keyboard.type(' the first');
    await keyboard.press('Enter');
    await keyboard.down('Shift');
    for (let i = 0; i < 2; i++) await keyboard.press('Tab'); // back over the button to the line
    await keyboard.up('Shift');
    await keyboard.type('by keyboard');
    await keyboard.press('Enter');
    await cleo.sees('by keyboard');
    await expect.poll(async () => (await cleo.lines()).at(-1)).toBe('ann the first: by keyboard');
  });

  test('fills a wide screen, in light and in dark', async () => {
    const { page } = tabs.ann;
    await page.setViewport({ width: 1_600, height: 900 });
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    await tabs.ann.picture('chat-wide');
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await tabs.ann.picture('chat-wide-dark');
  });

  test('fits a phone', async () => {
    const { ben } = tabs;
    await ben.page.setViewport({ width: 390, height: 780 });
    const overflow = await ben.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    await ben.picture('chat-phone');
    await ben.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await ben.picture('chat-phone-dark');
  });
});
