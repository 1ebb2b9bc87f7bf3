import { IrohEndpoint } from '@grapevine/iroh';
import { formatTicket } from '@grapevine/net';
import { topicId } from '@grapevine/proto';
import { afterAll, expect, test } from 'vitest';
import { useRustPeers } from '../../../test/interop/rust-peer.js';
import { formatChatTicket } from '../../chat/src/ticket.js';
import { useChats } from '../../chat/test/chat-process.js';
import { Hub, Site } from '../dist/index.js';
import { missingBrowser, startBrowser, Tab } from './browsers.js';

// Everybody in one room: two hubs, three tabs in two browsers, a Rust member, and a terminal. The Rust member and the terminal join over iroh,
// the tabs over WebTransport, and none of them knows what the others are.

const topic = topicId('17'.repeat(32));
const LOOPBACK = '127.0.0.1:0';
const rust = useRustPeers();
const chats = useChats();
const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const startHub = async (...others: Hub[]): Promise<Hub> => {
  const hub = await Hub.start({
    topic,
    address: LOOPBACK,
    webAddress: LOOPBACK,
    bootstrap: others.map(({ addr }) => addr),
    bindEndpoint: ({ secretKey, address }) => IrohEndpoint.bind({ preset: 'minimal', secretKey, address }),
  });
  closers.push(() => hub.close());
  return hub;
};

test('everybody reads everybody, once; and still does when a hub has died', async () => {
  const missing = missingBrowser('chrome') ?? missingBrowser('firefox');
  if (missing !== undefined) throw new Error(`this test ${missing}`);
  const first = await startHub();
  const second = await startHub(first);
  const content = () => ({ topic, tickets: [first, second].map(({ webAddr }) => formatTicket(webAddr)) });
  const site = await Site.serve('127.0.0.1', 0, content);
  closers.push(() => site.close());
  const [chrome, firefox] = await Promise.all([startBrowser('chrome'), startBrowser('firefox')]);
  closers.push(() => Promise.all([chrome.close(), firefox.close()]));

  const ticket = formatChatTicket({ topic, peers: [first.addr, second.addr] });
  const rusty = await rust.chat('--name=rusty', 'join', ticket);
  const terry = chats.start('--transport', 'iroh', '--no-relay', '--name', 'terry', 'join', ticket);
  await terry.sees(/connected!/);
  const other = await chrome.createBrowserContext();
  const tabs = {
    ann: await Tab.open(chrome, site.url, 'ann'),
    ben: await Tab.open(other as unknown as typeof chrome, site.url, 'ben'),
    cleo: await Tab.open(firefox, site.url, 'cleo'),
  };

  /** Everybody says a line and waits until it is there for everybody. */
  const round = async (what: string): Promise<string[]> => {
    const lines = ['ann', 'ben', 'cleo', 'rusty', 'terry'].map((name) => `${what} from ${name}`);
    for (const [name, tab] of Object.entries(tabs)) await tab.say(`${what} from ${name}`);
    await rusty.say(`${what} from rusty`);
    terry.type(`${what} from terry`);
    for (const line of lines) {
      for (const tab of Object.values(tabs)) await tab.sees(line);
      if (!line.endsWith('rusty')) await rusty.until({ event: 'message', text: `${line}\n` });
      if (!line.endsWith('terry')) await terry.sees(new RegExp(`: ${line}\n`));
    }
    return lines;
  };
  const said = [...(await round('hello'))];
  await first.close();
  said.push(...(await round('after the hub')));

  for (const [name, tab] of Object.entries(tabs)) {
    const read = (await tab.lines()).map((line) => line.replace(/^[^:]*: /, ''));
    expect(read.toSorted(), name).toEqual(said.toSorted());
    await tab.picture(`everybody-${name}`);
  }
  const heard = rusty.events.filter(({ event }) => event === 'message').map(({ text }) => String(text).trimEnd());
  expect(heard.toSorted()).toEqual(said.filter((line) => !line.endsWith('rusty')).toSorted());
  expect(rusty.events.filter(({ event }) => event === 'rejected')).toEqual([]);
  for (const line of said.filter((text) => !text.endsWith('terry'))) {
    expect(terry.output.split(`: ${line}\n`).length, line).toBe(2);
  }
}, 180_000);
