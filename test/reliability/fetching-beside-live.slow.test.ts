import { availableParallelism, loadavg } from 'node:os';
import { formatTicket } from '@grapevine/api';
import { expect, test } from 'vitest';
import { PeerProcess } from '../interop/peer-process.js';
import { quantile, report } from './support/figures.js';
import { program } from './support/program.js';
import { useSwarm } from './support/swarm.js';
import { atRate } from './support/until.js';

const HISTORY = 10_000;
/** Rounds with a newcomer, each beside one without; more of them where something else on the machine was in the way. */
const ROUNDS = 4;
const MAX_ROUNDS = 12;
const ROUND_MS = 3_000;
/** How much later live messages may be while somebody fetches (delivery.md, point 2). */
const LIMIT = 1.5;
/** Rounds are compared at this quantile: what else goes on here only adds to a delay, and fetching that costs something does in every round. */
const CALM = 0.25;
/** Below these a delay is as good as none, in milliseconds: a few turns of the loop; and of the clock on the wall twice as much, since the kernel sends a megabyte a second besides. */
const FLOOR = { work: 5, delay: 10 };
/** The two processes of this test, and what this machine can run besides, as its load. Beyond it others have the cores, and the newcomer takes a share of them like anybody. */
const BUSY = availableParallelism() + 2;

const swarm = useSwarm();

/** CPU time of this process, in milliseconds: it stands still while other programs run. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

test(`newcomers that fetch ${HISTORY} messages do not delay live traffic`, async () => {
  const { ledger } = swarm.current;
  const broadcast = { messageCacheRetention: 300_000, messageIdRetention: 300_000 };
  const [publisher, listener] = await swarm.current.grow(2, () => ({ gossip: { config: { broadcast } } }));
  if (!publisher || !listener) throw new Error('there are two');
  for (let i = 0; i < HISTORY; i++) await publisher.publish(1_000);
  expect(await ledger.imbalances(60_000)).toEqual([]);

  const sent: { readonly at: number; readonly cpu: number }[] = [];
  let delays: number[] = [];
  let work: number[] = [];
  listener.reader.onReceived = (number) => {
    const message = sent[number - HISTORY];
    if (!message) return;
    delays.push(performance.now() - message.at);
    work.push(cpu() - message.cpu);
  };
  /**
   * A round in which 200 messages a second are due.
   *
   * @returns the p99 of how long they took, and of how long this process worked meanwhile: publisher and listener are both in it
   */
  const round = async () => {
    delays = [];
    work = [];
    await atRate(200, ROUND_MS, async (due) => {
      sent.push({ at: due, cpu: cpu() });
      await publisher.publish(16);
    });
    expect(await ledger.imbalances(10_000)).toEqual([]);
    return {
      delay: Math.max(FLOOR.delay, quantile(delays, 0.99)),
      work: Math.max(FLOOR.work, quantile(work, 0.99)),
    };
  };
  await round();

  const file = program('newcomer');
  const quiet: Awaited<ReturnType<typeof round>>[] = [];
  const fetching: Awaited<ReturnType<typeof round>>[] = [];
  const tookMs: number[] = [];
  const calm = (rounds: typeof quiet, what: 'delay' | 'work') =>
    quantile(
      rounds.map((each) => each[what]),
      CALM,
    );
  const beside = (what: 'delay' | 'work') => calm(fetching, what) / calm(quiet, what);
  const isLate = () => beside('delay') >= LIMIT && (loadavg()[0] as number) < BUSY;
  while (fetching.length < ROUNDS || (fetching.length < MAX_ROUNDS && isLate())) {
    quiet.push(await round());
    let tookThis: number | undefined;
    const args = [file, formatTicket(publisher.addr()), `${HISTORY}`];
    const newcomer = new PeerProcess({ label: 'newcomer', file: process.execPath, args }, (line) => {
      if (line.event === 'fetched') tookThis = Number(line.ms);
    });
    fetching.push(await round());
    tookMs.push(await newcomer.until('everything to be fetched', () => tookThis));
    await newcomer.end();
  }
  const row = 'reconciliation';
  report({ row, figure: `${HISTORY} messages fetched in`, value: quantile(tookMs, 0.5), unit: 'ms' });
  report({ row, figure: 'p99 of live messages without a newcomer', value: calm(quiet, 'delay'), unit: 'ms' });
  report({ row, figure: 'p99 of live messages beside a newcomer', value: beside('delay'), unit: 'x' });
  const figure = 'p99 of the work before a live message is there, beside a newcomer';
  report({ row, figure, value: beside('work'), unit: 'x' });
  expect(beside('work')).toBeLessThan(LIMIT);
  const [load = 0] = loadavg();
  if (load < BUSY) expect(beside('delay')).toBeLessThan(LIMIT);
  else console.log(`reconciliation: the delay is not judged: this machine has a load of ${load}`);
});
