import { describe, expect, test } from 'vitest';
import { type Config, State, seededRng, type Timer, TimerHeap, type TopicId, topicId } from '../src/index.js';
import { heap } from './helper/heap.js';
import { payload } from './helper/node.js';
import { testSeed } from './helper/swarm.js';

const MINUTE = 60_000;
const TOPICS = 1_500;

/** A node with one or two neighbors in each of many topics, after ten quiet minutes. */
function settled(mode: Config['mode'], topics: number, neighbors: number) {
  const state = new State({ me: 'a'.repeat(64), rng: seededRng(testSeed(1)), config: { mode } });
  const timers = new TimerHeap<Timer<string>>();
  const peers = ['b', 'c'].slice(0, neighbors).map((letter) => letter.repeat(64));
  let now = 0;
  const feed = (event: Parameters<typeof state.handle>[0]): void => {
    for (const output of state.handle(event, now)) {
      if (output.type === 'scheduleTimer') timers.insert(now + output.delay, output.timer);
    }
  };
  const run = (duration: number): void => {
    const end = now + duration;
    for (let due = timers.popUntil(end); due; due = timers.popUntil(end)) {
      now = due.time;
      feed({ type: 'timerExpired', timer: due.item });
    }
    now = end;
  };
  const ids = Array.from({ length: topics }, (_, i) => topicId(i.toString(16).padStart(64, '0')));
  const before = heap();
  for (const topic of ids) {
    feed({ type: 'command', topic, command: { type: 'join', peers: peers.slice(0, 1) } });
    for (const from of [...peers, ...peers]) {
      const data = Uint8Array.of(1);
      feed({ type: 'recvMessage', from, topic, message: { type: 'neighbor', priority: 'high', data } });
    }
  }
  run(10 * MINUTE);
  const [topic, other = topic] = ids as [TopicId, TopicId?];
  return { state, timers, feed, run, now: () => now, topic, other, bytes: (heap() - before) / topics };
}

describe('a quiet topic', () => {
  test.each([1, 2])('with %i neighbors takes less than 2.4 kB and no timer', (neighbors) => {
    const { timers, bytes } = settled('hardened', TOPICS, neighbors);
    expect(timers.size).toBe(0);
    console.log(`in the kernel, with ${neighbors} neighbors: ${Math.round(bytes)} bytes`);
    expect(bytes).toBeLessThan(2_400);
  });

  /** Topics share what they remember until something comes. */
  test.each(['hardened', 'reference'] as const)('remembers nothing of what another has had: %s', (mode) => {
    const { state, feed, now, topic, other } = settled(mode, 3, 1);
    feed({ type: 'recvMessage', from: 'b'.repeat(64), topic, message: payload('hi') });
    const remembered = (of: TopicId) => [
      [...state.window(of, now())].length,
      [...state.seenIds(of)].length,
      state.hasSeen(of, payload('hi').id),
      state.snapshot(of)?.payloadCache.count,
    ];
    expect(remembered(topic)).toEqual([1, 1, true, 1]);
    expect(remembered(other)).toEqual([0, 0, false, 0]);
    feed({ type: 'command', topic: other, command: { type: 'quit' } });
    expect(remembered(topic)).toEqual([1, 1, true, 1]);
    expect(state.totals().seenIds).toBe(1);
  });

  test('has timers that run for ever in the reference', () => {
    expect(settled('reference', 10, 1).timers.size).toBe(20);
  });

  test('is cleaned up after traffic, and is quiet again', () => {
    const { timers, feed, run, topic } = settled('hardened', 1, 2);
    feed({ type: 'recvMessage', from: 'b'.repeat(64), topic, message: payload('hi') });
    expect(timers.size).toBeGreaterThan(0);
    run(6 * MINUTE);
    expect(timers.size).toBe(0);
  });

  test.each<[string, Parameters<ReturnType<typeof settled>['feed']>[0]]>([
    ['a neighbor is gone', { type: 'peerDisconnected', peer: 'b'.repeat(64) }],
    ['our address changes', { type: 'updatePeerData', data: Uint8Array.of(7) }],
  ])('shuffles again when %s', (_, event) => {
    const { timers, feed } = settled('hardened', 1, 2);
    feed(event);
    expect(timers.size).toBe(1);
  });
});
