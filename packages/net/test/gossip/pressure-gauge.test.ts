import { beforeEach, describe, expect, test } from 'vitest';
import { PressureGauge } from '../../src/gossip/peers/pressure.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import { ManualClock, settle } from '../support/manual-clock.js';

const MARK = 1_000;
const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'] as unknown as EndpointId[] as [
  EndpointId,
  EndpointId,
  EndpointId,
  EndpointId,
  EndpointId,
];

let clock: ManualClock;
let gauge: PressureGauge;
beforeEach(() => {
  clock = new ManualClock();
  gauge = new PressureGauge(clock, MARK);
});

const fill = (...peers: EndpointId[]) => peers.forEach((peer) => void gauge.report(peer, MARK + 1));
const drain = (...peers: EndpointId[]) => peers.forEach((peer) => void gauge.report(peer, MARK / 2));

describe('a publisher waits', () => {
  test('for its only neighbor', () => {
    fill(a);
    expect(gauge.isClosedFor([a])).toBe(true);
    drain(a);
    expect(gauge.isClosedFor([a])).toBe(false);
  });

  test('for most of its neighbors, and not for half of them', () => {
    fill(a, b);
    expect(gauge.isClosedFor([a, b, c])).toBe(true);
    expect(gauge.isClosedFor([a, b, c, d])).toBe(false);
  });

  test('for its own neighbors only', () => {
    fill(a, b, c);
    expect(gauge.isClosedFor([d, e])).toBe(false);
  });

  test('for those that keep up, after a second, although most do not', async () => {
    fill(a, b, c);
    expect(gauge.isClosedFor([a, b, c, d])).toBe(true);
    await clock.advance(1_000);
    expect(gauge.isClosedFor([a, b, c, d])).toBe(false);
    fill(d);
    expect(gauge.isClosedFor([a, b, c, d])).toBe(true);
  });

  test('for the first that drains when all lag', async () => {
    fill(a, b, c);
    await clock.advance(5_000);
    expect(gauge.isClosedFor([a, b, c])).toBe(true);
    drain(b);
    expect(gauge.isClosedFor([a, b, c])).toBe(false);
    expect(gauge.isClosedFor([a, c])).toBe(true);
  });

  test('for one that takes something, however little, and not for one that takes nothing', async () => {
    fill(a, b, c);
    for (let left = 900; left > 800; left -= 10) {
      gauge.report(a, MARK + left);
      gauge.report(b, MARK + left);
      await clock.advance(50);
    }
    expect(gauge.isClosedFor([a, b, c])).toBe(true);
    drain(a);
    expect(gauge.isClosedFor([a, b, c])).toBe(false); // were c counted, most would be over the mark
  });

  test.each([
    ['take nothing for a moment', 25],
    ['lag', 250],
  ])('until others had something to fetch, when those that get payloads %s', async (_what, ms) => {
    fill(a);
    await clock.advance(ms - 1);
    if (ms < 250) expect(gauge.isClosedFor([a], [a, b])).toBe(true);
    await clock.advance(1);
    expect(gauge.isClosedFor([a], [a])).toBe(true);
    let published = 0;
    for (; !gauge.isClosedFor([a], [a, b]); published += 100) {
      gauge.published(100);
      await clock.advance(1); // the next turn
    }
    expect(published).toBe(MARK);
    gauge.report(b, 0);
    expect(gauge.isClosedFor([a, b], [a, b])).toBe(false); // b has fetched, and has a say
    fill(b);
    expect(gauge.isClosedFor([a, b], [a, b])).toBe(true);
  });

  test('for the next turn of the event loop, when it has published much in this one', async () => {
    for (const [bytes, most] of [
      [0, 64],
      [8 * 1024, 8],
    ] as const) {
      let published = 0;
      for (; !gauge.isClosedFor([a]); published++) gauge.published(bytes);
      expect(published).toBe(most);
      await gauge.eased();
      expect(gauge.isClosedFor([a])).toBe(false);
    }
  });

  test('not for one that has lagged, until it has kept up for five seconds', async () => {
    fill(a);
    await clock.advance(250);
    drain(a);
    fill(a, b);
    expect(gauge.isClosedFor([a, b, c])).toBe(false);
    drain(a, b);
    await clock.advance(5_000);
    expect(gauge.isClosedFor([a, b, c])).toBe(false);
    fill(a, b);
    expect(gauge.isClosedFor([a, b, c])).toBe(true);
  });
});

test.each<[string, () => void | Promise<void>]>([
  ['a peer has drained', () => drain(a)],
  ['a peer is gone', () => gauge.forget(a)],
  ['a peer begins to lag', () => clock.advance(1_000)],
])('those who wait look again when %s', async (_when, happens) => {
  fill(a);
  let eased = false;
  void gauge.eased().then(() => (eased = true));
  await settle();
  expect(eased).toBe(false);
  await happens();
  await settle();
  expect(eased).toBe(true);
  expect(clock.timers).toBe(0);
});

test('those who wait look again forty times a second: other neighbors may get payloads by then', async () => {
  fill(a);
  for (let i = 0; i < 3; i++) {
    const eased = gauge.eased();
    await clock.advance(25);
    await eased;
  }
});

// 1,000 messages of 4 kB a second to five neighbors, one of which lets its queue fill up and empties it every 990 ms.
test('one that empties its queue every 990 ms holds nobody', () => {
  let queued = 0;
  let held = 0;
  for (let ms = 0; ms < 10_000; ms++) {
    if (ms % 990 === 0) queued = 0;
    if (gauge.isClosedFor([a, b, c, d, e])) held++;
    else queued += 4_096;
    gauge.report(a, queued);
  }
  expect(queued).toBeGreaterThan(MARK);
  expect(held).toBe(0);
});

describe('those that get payloads have stalled', () => {
  test('when each is over the mark and has taken nothing for a moment, or lags', async () => {
    fill(a, b);
    expect(gauge.haveStalled([a, b])).toBe(false);
    await clock.advance(25);
    expect(gauge.haveStalled([a, b])).toBe(true);
    await clock.advance(1_000);
    expect(gauge.haveStalled([a, b])).toBe(true);
    expect(gauge.keepsUp(a)).toBe(false);
    drain(b);
    expect(gauge.haveStalled([a, b])).toBe(false);
  });

  test('not while one of them moves or keeps up, and not where there is none', async () => {
    fill(a, b);
    await clock.advance(25);
    gauge.report(b, MARK + 2);
    gauge.report(b, MARK + 1);
    expect(gauge.haveStalled([a, b])).toBe(false);
    expect(gauge.haveStalled([a, c])).toBe(false);
    expect(gauge.keepsUp(c)).toBe(true);
    expect(gauge.haveStalled([])).toBe(false);
  });
});
