import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { topicIdFrom } from '@grapevine/api';
import { LeafGossip } from '@grapevine/api/leaf';
import { parseSocketAddr, parseTicket, SecretKey } from '@grapevine/net';
import { CertificateEndpoint } from '@grapevine/net/quic';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebEndpoint, webAddrs } from '../src/index.js';
import { QuicDialer } from '../src/listener/index.js';

// What does an idle tab cost, its hub and itself? Most tabs of a room are idle for most of the time.

const TABS = 64;
/** A tab that has one hub asks it for others until half a minute after it has joined (1, 3, 7, 15 and 31 s), and then no more until a shuffle. */
const SEARCH_MS = 32_000;
/** Longer than the time from one sign of life to the next (10 s). */
const WATCHED_MS = 12_000;
/** The same work takes several times the CPU beside others that use the machine: the cheapest of this many looks counts. */
const LOOKS = 3;
const JOIN_MS = 30_000;

/** What an idle tab may cost. Each is two to three times what was measured on a busy machine (the figures are printed). */
const BUDGET = {
  /** Of a core of the hub, for each tab: a thousand idle tabs take a tenth of one at most. */
  hubCpu: 0.0001,
  /** The same for the tab itself, without its browser. */
  tabCpu: 0.0003,
  /** Bytes of QUIC packets to a tab, or from it, whichever are more, while it looks for a second hub: once after each join. */
  searchBytes: 5_000,
  /** The same in each minute afterwards. */
  bytesPerMinute: 1_000,
  /** Memory of the hub for each tab: what lives on the heap and beside it, and what the process has become larger by. */
  hubHeap: 160_000,
  hubResident: 500_000,
  /** Bytes that a listener sends somebody who opens a connection and says nothing, until it is closed. */
  silentStranger: 4_000,
};

interface Usage {
  readonly cpuMs: number;
  /** From which on the next interval is counted. */
  readonly cpuMsSince: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly leaves: number;
}

let hub: ChildProcess;
let ticket: string;
let dialer: QuicDialer;
let before: Usage;
const tabs: { gossip: LeafGossip; endpoint: WebEndpoint }[] = [];

beforeAll(async () => {
  hub = fork(fileURLToPath(new URL('idle/hub.mjs', import.meta.url)), { stdio: ['ignore', 2, 2, 'ipc'], execArgv: [] });
  const [said] = (await once(hub, 'message')) as [{ ticket: string }];
  ({ ticket } = said);
  dialer = await QuicDialer.bind({ address: '127.0.0.1:0' });
  before = await usage();
  await Promise.all(Array.from({ length: TABS }, openTab));
});
afterAll(async () => {
  hub.kill('SIGKILL');
  await Promise.all(tabs.map(({ endpoint }) => endpoint.close()));
  await dialer.close();
});

async function usage(): Promise<Usage> {
  const answer = once(hub, 'message');
  hub.send('usage');
  return ((await answer) as [Usage])[0];
}

async function openTab(): Promise<void> {
  const endpoint = new WebEndpoint({ key: SecretKey.generate(), dialer: dialer.dial });
  const gossip = LeafGossip.spawn(endpoint);
  tabs.push({ gossip, endpoint });
  const topic = await gossip.subscribe(topicIdFrom('idle'), { bootstrap: [parseTicket(ticket)] });
  await topic.joined({ signal: AbortSignal.timeout(JOIN_MS) });
}

/** Bytes to tabs and from them so far. */
async function traffic(): Promise<{ sent: number; received: number }> {
  const peers = (await Promise.all(tabs.map(({ gossip }) => gossip.snapshot()))).flatMap(({ peers }) => peers);
  const sum = (bytes: readonly number[]) => bytes.reduce((total, each) => total + each, 0);
  return {
    sent: sum(peers.map(({ sentBytes }) => sentBytes)),
    received: sum(peers.map(({ receivedBytes }) => receivedBytes)),
  };
}

/** @returns the bytes to each tab, or from it, whichever are more, while this is done */
async function bytesOfEach(doing: () => Promise<unknown>): Promise<number> {
  const before = await traffic();
  await doing();
  const after = await traffic();
  expect(after.sent).toBeGreaterThan(before.sent); // something was said, or the test shows nothing
  return Math.max(after.sent - before.sent, after.received - before.received) / TABS;
}

/** Somebody who opens a connection and says nothing. @returns the bytes that it was sent until the listener closed it */
async function silentStranger(): Promise<number> {
  await using endpoint = await CertificateEndpoint.bind({ address: '127.0.0.1:0', datagrams: true });
  const [to] = webAddrs(parseTicket(ticket).addrs);
  const [certificateHash] = to?.hashes ?? [];
  const addr = parseSocketAddr(to?.authority ?? '');
  const quic = await endpoint.connect({ addr, certificateHash: certificateHash as Uint8Array }, 'h3');
  expect(await quic.closed).toMatchObject({ type: 'peer' });
  return quic.stats().receivedBytes;
}

/** What happens while nothing is said. */
async function watch() {
  const [settled, own] = [await usage(), process.cpuUsage()];
  const stranger = silentStranger();
  const bytes = await bytesOfEach(() => sleep(WATCHED_MS)); // there are signs of life
  const { user, system } = process.cpuUsage(own);
  const after = await usage();
  expect(after.leaves).toBe(TABS);
  return {
    hubCpu: (after.cpuMs - settled.cpuMsSince) / WATCHED_MS / TABS,
    tabCpu: (user + system) / 1e3 / WATCHED_MS / TABS,
    bytesPerMinute: (bytes / WATCHED_MS) * 60_000,
    hubHeap: (settled.heapBytes - before.heapBytes) / TABS,
    hubResident: (settled.residentBytes - before.residentBytes) / TABS,
    silentStranger: await stranger,
  };
}

test('a tab that is open and says nothing costs its hub and itself next to nothing, and so does a silent stranger', async () => {
  await expect.poll(async () => (await usage()).leaves).toBe(TABS);
  const searchBytes = await bytesOfEach(() => sleep(SEARCH_MS));
  let measured = await watch();
  for (let look = 1; look < LOOKS && isDear(measured); look++) {
    const { hubCpu, tabCpu, ...others } = await watch();
    measured = { ...others, hubCpu: Math.min(hubCpu, measured.hubCpu), tabCpu: Math.min(tabCpu, measured.tabCpu) };
  }
  const costs = { ...measured, searchBytes };
  console.info(`an idle tab: ${JSON.stringify(costs)}`);
  for (const [name, limit] of Object.entries(BUDGET)) {
    expect(costs[name as keyof typeof BUDGET], name).toBeLessThanOrEqual(limit);
  }
});

function isDear({ hubCpu, tabCpu }: { hubCpu: number; tabCpu: number }): boolean {
  return hubCpu > BUDGET.hubCpu || tabCpu > BUDGET.tabCpu;
}
