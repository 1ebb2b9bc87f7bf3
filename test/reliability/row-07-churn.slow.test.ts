import { Gossip, type GossipTopic, JoinTimeoutError, NoNeighborsError } from '@grapevine/api';
import { parseEndpointId } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import { expect, test } from 'vitest';
import type { PeerLine } from '../interop/peer-process.js';
import { report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { useProcesses } from './support/process-node.js';
import { TOPIC } from './support/swarm.js';

const LINKS = 10_000;
const AT_ONCE = 20;
/** Visits before the baseline: the bounded lists of former neighbors are full then. These visitors say something; ten thousand would take five minutes. */
const WARM = 500;

/** Visitors that the host has been told of and has not tried yet: the next shuffle does. */
const UNTRIED = 5;

/** Visitors that may be without a neighbor after 20 s: on a busy machine some are turned away with a list of visitors that have left. */
const MAX_ALONE = LINKS / 100;

/** Close packets can be lost: how long such a connection lasts, in milliseconds. */
const IDLE_MS = 5_000;

const processes = useProcesses();

test('10,000 links with fresh identities come and go: connections, maps and heap are back to where they were', async () => {
  const ledger = new Ledger();
  const host = await processes.start(ledger, {
    name: 'host',
    idleTimeoutMs: IDLE_MS,
    nodeFlags: ['--expose-gc'],
  });
  await host.join();
  // One that stays. Without it the host would be alone, and dial the peers that it remembers.
  const resident = await (await processes.start(ledger, { name: 'resident' })).join(host.ticket);
  await resident.untilJoined();
  // Visitors say one thing. Nobody keeps accounts of what they hear: they are gone again. What only another visitor hears may leave with it.
  const visitors = ledger.reader('visitors');
  visitors.excuse(0, Number.POSITIVE_INFINITY);
  const staying = [host, resident].map(({ id }) => parseEndpointId(id));
  let alone = 0;
  const visit = async (say: (topic: GossipTopic) => Promise<unknown>) => {
    const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
    const gossip = Gossip.spawn(endpoint);
    const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
    const topic = await gossip.subscribe(TOPIC, { bootstrap: [host.ticket] });
    try {
      await topic.joined({ signal: AbortSignal.timeout(20_000) });
      await say(topic);
    } catch (error) {
      if (!(error instanceof JoinTimeoutError || error instanceof NoNeighborsError)) throw error;
      alone++;
    }
    await router.shutdown();
  };
  const sayOneThing = async (topic: GossipTopic) => {
    if (!topic.neighbors().some((peer) => staying.includes(peer))) return;
    await ledger.publish(visitors, (content) => topic.broadcast(content, { whenAlone: 'reject' }));
    await topic.flush();
  };
  const visits = async (count: number, say: (topic: GossipTopic) => Promise<unknown>) => {
    let left = count;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (left-- > 0) await visit(say);
      }),
    );
  };
  let stats: PeerLine = {};
  const look = async () => {
    stats = await host.process.command('stats');
    return stats;
  };
  /** @returns the look that was calm: at the next one the host may be trying somebody again */
  const untilCalm = async () => {
    // The host still dials visitors that others have named, one after the other, until none is left.
    await expect.poll(look, { timeout: 90_000 }).toMatchObject({ connections: 1, halfOpen: 0, linked: 1 });
    return stats;
  };

  await visits(WARM, sayOneThing);
  const before = await untilCalm();
  const began = performance.now();
  await visits(LINKS, async () => {});
  const seconds = (performance.now() - began) / 1000;
  const after = await untilCalm();

  expect(await ledger.imbalances(20_000)).toEqual([]);
  expect(ledger.count).toBeGreaterThan(WARM / 4);
  report({
    row: 'row 7',
    figure: `of ${ledger.count} words of visitors told as lost`,
    value: ledger.toldInAll(),
    unit: 'messages',
  });
  for (const known of ['routes', 'inViews'] as const) {
    expect((after[known] as number) - (before[known] as number), known).toBeLessThanOrEqual(UNTRIED);
  }
  expect(alone).toBeLessThanOrEqual(MAX_ALONE);
  report({
    row: 'row 7',
    figure: 'visitors without a neighbor after 20 s',
    value: alone,
    unit: `of ${WARM + LINKS}`,
  });
  const grown = ((after.heap as number) - (before.heap as number)) / 2 ** 20;
  expect(grown).toBeLessThan(10);
  report({ row: 'row 7', figure: 'heap after 10,000 links, beside before', value: grown, unit: 'MiB more' });
  report({ row: 'row 7', figure: 'links that come and go', value: LINKS / seconds, unit: 'a second' });
});
