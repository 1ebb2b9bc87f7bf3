import { expect, test } from 'vitest';
import { sourceOfHost } from '../../../src/address/source.js';
import { MEETING_US, type Standing, WorkMeter, workOf } from '../../../src/gossip/sources/work-meter.js';
import type { NetMessage } from '../../../src/gossip/wire.js';
import type { EndpointId } from '../../../src/identity/endpoint-id.js';
import { ManualClock } from '../../support/manual-clock.js';

/** A source that sends as fast as it may, for a while. @returns how long its messages have kept us busy, and whether it was dropped */
async function flood(standing: Standing, { bytes, work, forMs }: { bytes: number; work: number; forMs: number }) {
  const clock = new ManualClock();
  const meter = new WorkMeter(clock);
  let busyUs = 0;
  let sent = 0;
  while (clock.now() < forMs) {
    const pauseMs = meter.spend('a', standing, bytes, work);
    busyUs += work;
    sent += bytes;
    if (pauseMs === Number.POSITIVE_INFINITY) return { busyUs, sent, droppedAt: clock.now() };
    if (pauseMs > 0) await clock.advance(pauseMs);
  }
  return { busyUs, sent, droppedAt: undefined };
}

test('a stranger gets 2 % of a core, and 5 % more for each megabyte a second that it sends', async () => {
  const { busyUs, sent } = await flood('stranger', { bytes: 6, work: 3, forMs: 9_000 });
  expect(busyUs).toBeLessThanOrEqual(100_000 + 9 * 20_000 + 0.05 * sent + 3);
});

test('a neighbor gets 5 %, and may join thousands of topics at once', async () => {
  const { busyUs, sent } = await flood('known', { bytes: 6, work: 3, forMs: 9_000 });
  expect(busyUs).toBeLessThanOrEqual(1_000_000 + 9 * 50_000 + 0.05 * sent + 3);
  expect(busyUs).toBeGreaterThan(1_000_000);
});

test('who goes on for ten seconds is dropped', async () => {
  expect((await flood('stranger', { bytes: 6, work: 3, forMs: 30_000 })).droppedAt).toBeLessThan(10_200);
  expect((await flood('known', { bytes: 6, work: 3, forMs: 60_000 })).droppedAt).toBeLessThan(10_200);
});

test('a new key is no new beginning: the source pays', () => {
  const meter = new WorkMeter(new ManualClock());
  for (let i = 0; i < 1_000; i++) meter.spend('host', 'stranger', 6, 1_000);
  expect(meter.spend('host', 'stranger', 6, 3)).toBeGreaterThan(0);
  expect(meter.spend('another', 'stranger', 6, 3)).toBe(0);
});

test('a peer may become our neighbor in any number of topics at once, each of which shuffles a minute later', async () => {
  const clock = new ManualClock();
  const meter = new WorkMeter(clock);
  const data = new Uint8Array();
  const pause = (message: NetMessage) => meter.spend('a', 'known', 0, workOf(message, 'known'));
  for (let topic = 0; topic < 50_000; topic++) {
    expect(pause({ type: 'join', data })).toBe(0);
    meter.refund('a', MEETING_US);
    expect(pause({ type: 'neighbor', priority: 'low', data })).toBe(0);
  }
  await clock.advance(60_000);
  const nodes = Array.from({ length: 4 }, () => ({ id: 'b'.repeat(64) as EndpointId, data }));
  for (let topic = 0; topic < 50_000; topic++) {
    expect(pause({ type: 'shuffle', origin: 'b'.repeat(64) as EndpointId, nodes, ttl: 6 })).toBe(0);
  }
});

test('who becomes our neighbor and leaves again, over and over, is slowed down like anybody', async () => {
  const clock = new ManualClock();
  const meter = new WorkMeter(clock);
  let rounds = 0;
  for (; clock.now() < 9_000; rounds++) {
    meter.spend('a', 'known', 0, workOf({ type: 'join', data: undefined }, 'known'));
    meter.refund('a', MEETING_US);
    const pauseMs = meter.spend('a', 'known', 0, workOf({ type: 'disconnect', alive: false, respond: false }, 'known'));
    if (pauseMs > 0) await clock.advance(pauseMs);
  }
  expect(rounds).toBeLessThan(15_000);
});

test('nor is another address of the same site, for strangers', () => {
  const meter = new WorkMeter(new ManualClock());
  const address = (i: number) => sourceOfHost(`2001:db8:1:${i.toString(16)}::1`);
  for (let i = 0; i < 1_000; i++) meter.spend(address(i), 'stranger', 6, 1_000);
  expect(meter.spend(address(1_000), 'stranger', 6, 3)).toBeGreaterThan(0);
  expect(meter.spend(address(1_000), 'known', 6, 3)).toBe(0);
});

test('a thousand messages a second with long lists cost an honest neighbor nothing', async () => {
  const clock = new ManualClock();
  const meter = new WorkMeter(clock);
  for (let i = 0; i < 60; i++) {
    for (let j = 0; j < 1_000; j++) expect(meter.spend('a', 'known', 100, 40)).toBe(0);
    await clock.advance(1_000);
    if (i === 0) break; // one second is enough: forty milliseconds of work
  }
});
