import { faultySocket } from '@grapevine/net/compliance';
import { expect, test } from 'vitest';
import { quantile, report } from './support/figures.js';
import { GatedSocket } from './support/gated-socket.js';
import { Ledger } from './support/ledger.js';
import { useProcesses } from './support/process-node.js';
import { Swarm, useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

const ROUNDS = 20;
/** Pairs at the same time. */
const AT_ONCE = 5;
/** What shutdown() may take (0.3 s in which it passes on, five for acknowledgements), and a little for a busy machine, in milliseconds. */
const LIMIT = 6_000;
/** When a link is over whose last words are lost, in milliseconds. */
const IDLE_MS = 6_000;

/** What a process says at once before it goes. */
const LAST_WORDS = 2_000;
const SPEAKERS = 4;

const swarm = useSwarm();
const processes = useProcesses();

test(`${LAST_WORDS} messages, flush() and shutdown(): everybody has all of them`, async () => {
  const ledger = new Ledger();
  const first = await (await processes.start(ledger, { name: 'resident 0' })).join();
  const residents = [first];
  for (let i = 1; i < 3; i++) {
    const resident = await (await processes.start(ledger, { name: `resident ${i}` })).join(first.ticket);
    residents.push(await resident.untilJoined());
  }
  const times: number[] = [];
  for (let i = 0; i < SPEAKERS; i++) {
    const speaker = await processes.start(ledger, { name: `speaker ${i}` });
    await (await speaker.join(first.ticket)).untilJoined();
    await speaker.publish(LAST_WORDS);
    expect(await speaker.process.command('flush')).toMatchObject({ kept: 0, lost: [] });
    const began = performance.now();
    await speaker.process.command('quit');
    await speaker.process.end();
    times.push(performance.now() - began);
    speaker.reader.excuse(0, Number.POSITIVE_INFINITY);
  }
  expect(await ledger.imbalances(20_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  const value = ledger.count * residents.length;
  report({
    row: 'row 24',
    figure: `last words of ${SPEAKERS} processes that came to ${residents.length} others`,
    value,
    unit: 'messages',
  });
  report({ row: 'row 24', figure: 'slowest shutdown() after them', value: quantile(times, 1), unit: 'ms' });
});

test('the last Disconnect arrives through 30 % loss, and so does what was published before it', async () => {
  const times: number[] = [];
  let left = 0;
  const say = async (round: number) => {
    const pair = new Swarm();
    const [a, b] = await pair.grow(2, (i) => ({
      endpoint: { idleTimeoutMs: IDLE_MS, socket: () => faultySocket({ seed: round * 2 + i + 1, loss: 0.3 }) },
    }));
    if (!a || !b) throw new Error('there are two');
    await until('agreement', () => a.neighbors().length === 1 && b.neighbors().length === 1);
    await b.publish(3_000);
    const began = performance.now();
    await b.close();
    times.push(performance.now() - began);
    await until('end of the link', () => a.neighbors().length === 0, 2 * IDLE_MS);
    b.reader.excuse(0, Number.POSITIVE_INFINITY);
    if (a.downs('left') === 1) {
      left++;
      expect(await pair.ledger.imbalances(1_000)).toEqual([]);
    }
    await pair.close();
  };
  // Each pair mostly waits for retransmissions.
  for (let round = 0; round < ROUNDS; round += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => say(round + i)));
  expect(quantile(times, 1)).toBeLessThan(LIMIT);
  // A shutdown waits for five seconds at most. With so much loss, a few retransmissions may be missing by then.
  expect(left).toBeGreaterThanOrEqual(ROUNDS - 1);
  report({
    row: 'row 24',
    figure: `of ${ROUNDS} last Disconnects through 30 % loss arrived`,
    value: left,
    unit: 'messages',
  });
  report({ row: 'row 24', figure: 'median of shutdown() through 30 % loss', value: quantile(times, 0.5), unit: 'ms' });
});

test('shutdown() gives a dead peer five seconds', async () => {
  const socket = new GatedSocket();
  const a = await (await swarm.current.start({ endpoint: { socket: () => socket } })).join();
  const b = await (await swarm.current.start()).join([a]);
  await b.topic.joined();
  await b.publish();
  expect(await swarm.current.ledger.imbalances(10_000)).toEqual([]);
  socket.cut();
  const began = performance.now();
  await b.close();
  const ms = performance.now() - began;
  expect(ms).toBeLessThan(LIMIT);
  report({ row: 'row 24', figure: 'shutdown() beside a dead peer', value: ms, unit: 'ms' });
  socket.heal();
});
