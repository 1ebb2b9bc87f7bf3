import { afterEach, describe, expect, test } from 'vitest';
import { Absence, countedAbsence } from '../../src/gossip/absence.js';
import type { EventQueue } from '../../src/gossip/event-queue.js';
import { type Listener, type Member, record, say, type Tab, TestSwarm, TOPIC, texts } from '../support/swarm.js';

const READERS = [{}] as EventQueue[];
const AWAY = { type: 'lagged', missed: 0, reason: 'away' };

type Heard = Pick<Listener, 'events'>;
const lagged = ({ events }: Heard) => events.flatMap((event) => (event.type === 'lagged' ? [event] : []));
const away = (heard: Heard) => lagged(heard).filter(({ reason }) => reason === 'away');

let swarm: TestSwarm | undefined;
afterEach(async () => {
  await swarm?.close();
  swarm = undefined;
});

/** Two clocks that a test moves by hand. */
function absence(limit = 60) {
  const time = { now: 0, wall: 1_000 };
  const clock = {
    now: () => time.now,
    wallNow: () => time.wall,
    setTimer: () => ({ cancel: () => {} }),
    defer: () => ({ cancel: () => {} }),
  };
  const pass = (ms: number) => {
    time.now += ms;
    time.wall += ms;
  };
  return { time, pass, away: new Absence(clock, limit * 1_000) };
}

describe('an absence', () => {
  test('without neighbors is told when it was longer than the limit, once', () => {
    const { away, pass } = absence();
    expect(away.end().told).toEqual([]);
    for (const [seconds, told] of [
      [59, []],
      [61, READERS],
    ] as const) {
      away.begin(READERS, 'closed');
      pass(seconds * 1_000);
      expect(away.end().told).toEqual(told);
      expect(away.end().told).toEqual([]);
    }
  });

  test('is unsettled when it was longer than the replacement of a neighbor takes, or that neighbor has been silent', () => {
    const { away, pass } = absence();
    for (const [ms, reason, unsettled] of [
      [1_900, 'evicted', []],
      [1_900, 'closed', []],
      [1_900, 'timeout', READERS],
      [2_100, 'evicted', READERS],
      [59_000, 'left', READERS],
      [61_000, 'closed', []],
    ] as const) {
      away.begin(READERS, reason);
      pass(ms);
      expect(away.end().unsettled).toEqual(unsettled);
    }
  });

  test('counts the time in which only the wall clock went on', () => {
    const { away, time } = absence();
    away.begin(READERS, 'closed');
    time.wall += 61_000;
    expect(away.end().told).toEqual(READERS);
  });

  test('that was one long sleep is told when no link has survived it, and not again', () => {
    const { away, pass } = absence();
    away.slept(61_000, READERS);
    expect(away.noneSurvived()).toEqual(READERS);
    expect(away.noneSurvived()).toEqual([]);
    away.begin(READERS, 'timeout');
    pass(2_000);
    expect(away.end().told).toEqual([]);
  });

  test('that was a long sleep is told although a short one comes before the links have answered', () => {
    for (const links of ['silent', 'ended', 'alive'] as const) {
      const { away, pass } = absence();
      away.slept(120_000, READERS);
      if (links === 'alive') away.survived();
      pass(8_000);
      away.slept(7_000, READERS);
      if (links === 'ended') away.begin(READERS, 'closed');
      expect(away.noneSurvived()).toEqual(links === 'silent' ? READERS : []);
      expect(away.end().told).toEqual(links === 'ended' ? READERS : []);
    }
  });

  test('began with the sleep after which the links were dead', () => {
    const { away, pass } = absence();
    away.slept(55_000, READERS);
    expect(away.noneSurvived()).toEqual([]);
    pass(3_000);
    away.begin(READERS, 'timeout');
    pass(3_000);
    expect(away.end().told).toEqual(READERS);
    expect(away.noneSurvived()).toEqual([]);
  });

  test('began with the sleep where the end of the links is heard of before anybody notices the sleep', () => {
    const { away, pass } = absence();
    pass(75_000); // frozen
    away.begin(READERS, 'closed');
    pass(1_000);
    away.sleptAlone(76_000);
    pass(1_000);
    expect(away.end().told).toEqual(READERS);
  });

  test('that began before a sleep began no later', () => {
    const { away, pass } = absence();
    away.begin(READERS, 'closed');
    pass(50_000);
    away.sleptAlone(10_000);
    pass(11_000);
    expect(away.end().told).toEqual(READERS);
  });

  test('has nothing to do with a sleep that the links have survived', () => {
    const { away, pass } = absence();
    away.slept(55_000, READERS);
    pass(20_000);
    away.begin(READERS, 'timeout');
    pass(3_000);
    expect(away.end().told).toEqual([]);
  });
});

test('absences are counted for as long as neighbors know what was said: in the reference mode while they have it', () => {
  const broadcast = { messageCacheRetention: 30_000, messageIdRetention: 90_000 };
  const counted = (mode: 'hardened' | 'reference', changed = {}) =>
    countedAbsence({
      mode,
      broadcast: { ...broadcast, ...changed } as Parameters<typeof countedAbsence>[0]['broadcast'],
    });
  expect(counted('hardened')).toBe(57_000);
  expect(counted('reference')).toBe(28_500);
  expect(counted('hardened', { messageIdRetention: 30_000 })).toBe(28_500);
});

describe('a member that was cut off from its swarm', () => {
  /** One of three is cut off for a while, in which the others talk. */
  async function cutOff(ms: number) {
    swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
    const { clock, network } = swarm;
    const [a, c, b] = (await swarm.grow(3)) as [Listener, Listener, Listener];
    for (const other of [a, c]) network.cut(other.endpoint, b.endpoint);
    await clock.until(() => b.session.neighbors().length === 0, 20_000);
    const late = record(await b.node.subscribe(TOPIC));
    await say(a, 'missed');
    await clock.advance(ms);
    for (const other of [a, c]) network.heal(other.endpoint, b.endpoint);
    await clock.until(() => b.session.neighbors().length > 0, 30_000);
    await clock.advance(15_000);
    await say(a, 'after');
    await clock.advance(1_000);
    return { a, b, late };
  }

  test('for longer than others remember is told that it may have missed something, once, before what comes then', async () => {
    const { a, b, late } = await cutOff(120_000);
    expect(lagged(a)).toEqual([]);
    expect(lagged(b)).toEqual([AWAY]);
    expect(texts(b)).toEqual(['after']);
    const told = b.events.indexOf(lagged(b)[0] as (typeof b.events)[number]);
    expect(b.events.slice(told).map(({ type }) => type)).toEqual(['lagged', 'neighborUp', 'neighborUp', 'received']);
    expect(late.filter(({ type }) => type === 'lagged')).toEqual([]); // it has missed nothing of its own time
  });

  test('for less is told the number', async () => {
    const { a, b } = await cutOff(35_000);
    expect(lagged(a)).toEqual([]);
    expect(lagged(b)).toEqual([{ type: 'lagged', missed: 1, reason: 'unavailable' }]);
  });

  test('for a moment is told nothing and gets it', async () => {
    const { b } = await cutOff(5_000);
    expect(lagged(b)).toEqual([]);
    expect(texts(b)).toEqual(['missed', 'after']);
  });
});

/** A node that speaks gossip as the reference does, and nothing beside it. */
function addRust(): Member {
  return (swarm as TestSwarm).add({ config: { mode: 'reference' } }, {}, (router, node) =>
    router.accept(node.alpn, { accept: (connection) => node.accept(connection) }),
  );
}

describe('a member that was cut off for a moment from neighbors that hand over nothing', () => {
  /** Two Rust nodes, perhaps one of ours, and a member that is cut off from all of them. */
  async function cutOff(ours: number) {
    swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
    const { clock, network } = swarm;
    const first = await swarm.listen(addRust());
    const others = [await swarm.listen(addRust(), [first])];
    for (let i = 0; i < ours; i++) others.push(await swarm.listen(swarm.add(), [first]));
    const all = [first, ...others];
    const b = await swarm.listen(swarm.add(), all);
    await clock.until(() => b.session.neighbors().length === all.length, 30_000);
    await clock.advance(30_000);
    for (const other of all) network.cut(other.endpoint, b.endpoint);
    await clock.until(() => b.session.neighbors().length === 0, 20_000);
    await say(first, 'missed');
    await clock.advance(3_000);
    for (const other of all) network.heal(other.endpoint, b.endpoint);
    await clock.until(() => b.session.neighbors().length > 0, 30_000);
    await clock.advance(20_000);
    await say(first, 'after');
    await clock.advance(1_000);
    return b;
  }

  test('is told that it may have missed something, once', async () => {
    const b = await cutOff(0);
    expect(lagged(b)).toEqual([AWAY]);
    expect(texts(b)).toEqual(['after']);
  });

  test('is told nothing where another neighbor hands it over', async () => {
    const b = await cutOff(1);
    expect(lagged(b)).toEqual([]);
    expect(texts(b)).toEqual(['missed', 'after']);
  });
});

describe('two halves of a swarm that both had neighbors all the time', () => {
  /** Four are cut into two pairs, in each of which one talks. */
  async function halve(ms: number, { speakers = ['a', 'c'], quietMs = 0 } = {}) {
    swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
    const { clock, network } = swarm;
    const all = (await swarm.grow(4)) as [Listener, Listener, Listener, Listener];
    const [a, b, c, d] = all;
    await clock.until(() => all.every(({ session }) => session.neighbors().length === 3), 20_000);
    await say(a, 'together');
    const across = [a, b].flatMap((one) => [c, d].map((other) => [one, other] as const));
    for (const [one, other] of across) network.cut(one.endpoint, other.endpoint);
    for (let at = 0; at < ms; at += 5_000) {
      if (speakers.includes('a')) await say(a, `a at ${at}`);
      if (speakers.includes('c')) await say(c, `c at ${at}`);
      await clock.advance(5_000);
    }
    await clock.advance(quietMs);
    expect(all.map(({ session }) => session.neighbors().length)).toEqual([1, 1, 1, 1]);
    for (const [one, other] of across) network.heal(one.endpoint, other.endpoint);
    await clock.until(() => all.some(({ session }) => session.neighbors().length > 1), 120_000);
    const newcomer = await swarm.listen(swarm.add(), [a]);
    await clock.advance(90_000);
    return { all, newcomer };
  }

  test('and were apart for longer than anybody remembers: each member is told once that it may have missed something', async () => {
    const { all, newcomer } = await halve(120_000);
    for (const each of all) expect(away(each)).toHaveLength(1);
    expect(away(newcomer)).toEqual([]);
    for (const each of all) {
      // 24 were said over there. What was said in the last minute is told in its number, or has come.
      const [{ missed } = { missed: 0 }] = away(each);
      expect(missed).toBeGreaterThanOrEqual(5);
      expect(missed).toBeLessThanOrEqual(12);
      const told = lagged(each).reduce((sum, event) => sum + event.missed, 0);
      expect(told + new Set(texts(each)).size).toBeLessThanOrEqual(1 + 2 * 24);
      expect((await each.node.snapshot()).losses.away).toBe(missed);
    }
  });

  test('and were apart for so long, and then nobody said anything until all caches were empty: the same', async () => {
    const { all, newcomer } = await halve(30_000, { quietMs: 120_000 });
    // Six were said over there. The first of them may have come, and the times at which one heard of it differ.
    for (const each of all) {
      const [{ missed } = { missed: 0 }] = away(each);
      expect(away(each)).toEqual([{ ...AWAY, missed }]);
      expect(missed).toBeGreaterThanOrEqual(4);
      expect(missed).toBeLessThanOrEqual(6);
    }
    expect(away(newcomer)).toEqual([]);
  });

  test('in one of which nobody said anything: only the members of that one are told', async () => {
    const { all } = await halve(30_000, { speakers: ['c'], quietMs: 120_000 });
    expect(all.map((each) => away(each).length)).toEqual([1, 1, 0, 0]);
  });

  test('in which nobody said anything: nobody is told', async () => {
    const { all } = await halve(30_000, { speakers: [], quietMs: 120_000 });
    for (const each of all) expect(away(each)).toEqual([]);
  });

  test('and were apart for a while: all that was missed is there, or counted', async () => {
    const { all } = await halve(15_000);
    for (const each of all) expect(away(each)).toEqual([]);
  });
});

test('a newcomer is told nothing of what was said before it, by a member that has slept meanwhile', async () => {
  swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
  const { clock, network } = swarm;
  let asleepUntil = 0;
  const sleeper = {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    defer: (callback: () => void) => clock.defer(callback),
    setTimer(callback: () => void, delayMs: number) {
      const wake = (): void => {
        if (clock.now() >= asleepUntil) callback();
        else timer = clock.setTimer(wake, asleepUntil - clock.now());
      };
      let timer = clock.setTimer(wake, delayMs);
      return { cancel: () => timer.cancel() };
    },
  };
  const others = (await swarm.grow(2)) as [Listener, Listener];
  const b = await swarm.listen(swarm.add({ clock: sleeper }), others);
  await clock.until(() => b.session.neighbors().length > 0);
  for (let i = 0; i < 20; i++) await say(others[0], `${i}`);
  await clock.advance(5_000);
  expect(texts(b)).toHaveLength(20);
  asleepUntil = clock.now() + 300_000;
  for (const { endpoint } of others) network.cut(endpoint, b.endpoint);
  await clock.advance(150_000);
  const newcomer = await swarm.listen(swarm.add(), [others[0]]);
  await clock.advance(150_000);
  for (const { endpoint } of others) network.heal(endpoint, b.endpoint);
  await clock.advance(100_000);
  expect(lagged(b)).toEqual([AWAY]);
  expect(lagged(newcomer)).toEqual([]);
});

test('who subscribes after messages were missed is not told of them, and those before it are told the least number', async () => {
  swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
  const { clock } = swarm;
  const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
  // Another part of the swarm, which talks and is quiet for two minutes.
  const there = await swarm.listen(swarm.add());
  const beside = await swarm.listen(swarm.add(), [there]);
  await clock.until(() => beside.session.neighbors().length === 1);
  await clock.advance(60_000);
  for (let i = 0; i < 10; i++) await say(there, `before ${i}`);
  await clock.advance(60_000);
  const between = record(await b.node.subscribe(TOPIC));
  await clock.advance(20_000);
  for (let i = 0; i < 10; i++) await say(there, `between ${i}`);
  await clock.advance(120_000);
  const late = record(await b.node.subscribe(TOPIC));
  await clock.advance(1_000);
  await a.session.send({ type: 'joinPeers', peers: [there.endpoint.addr()] });
  await clock.until(() => a.session.neighbors().length > 1, 20_000);
  await clock.advance(60_000);
  for (const { events } of [a, b]) expect(away({ events })).toEqual([{ ...AWAY, missed: 20 }]);
  expect(away({ events: between })).toEqual([{ ...AWAY, missed: 10 }]);
  expect(away({ events: late })).toEqual([]);
});

test('a member in the reference mode, which remembers no past, is told of none', async () => {
  swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
  const { clock } = swarm;
  const a = await swarm.listen(swarm.add());
  const reference = await swarm.listen(swarm.add({ config: { mode: 'reference' } }), [a]);
  await clock.advance(10_000);
  for (let i = 0; i < 20; i++) await say(a, `${i}`);
  await clock.advance(120_000);
  await say(a, 'one more');
  await clock.advance(60_000);
  expect(texts(reference)).toHaveLength(21);
  expect(lagged(reference)).toEqual([]);
});

describe('a member whose timers run once a minute, as those of a hidden tab do', () => {
  test.each([
    ['nothing is said', 0],
    ['others talk', 7_000],
  ])('is told nothing where its links live on and %s', async (_what, everyMs) => {
    swarm = new TestSwarm();
    const { clock } = swarm;
    const throttled = {
      now: () => clock.now(),
      wallNow: () => clock.wallNow(),
      defer: (callback: () => void) => clock.defer(callback),
      setTimer: (callback: () => void, delayMs: number) =>
        clock.setTimer(callback, 60_000 * Math.ceil((clock.now() + delayMs) / 60_000) - clock.now()),
    };
    const [a] = (await swarm.grow(2)) as [Listener, Listener];
    const tab = await swarm.listen(swarm.add({ clock: throttled }), [a]);
    await clock.until(() => tab.session.neighbors().length > 0);
    const said: string[] = [];
    for (const end = clock.now() + 300_000; clock.now() < end; await clock.advance(everyMs || 10_000)) {
      if (everyMs === 0) continue;
      said.push(`at ${clock.now()}`);
      await say(a, said.at(-1) as string);
    }
    expect(tab.events.filter(({ type }) => type !== 'received' && type !== 'neighborUp')).toEqual([]);
    expect(texts(tab).toSorted()).toEqual(said.toSorted());
  });
});

describe('two halves of a swarm that meet at one link', () => {
  /** Eight are cut into two halves of four. @param before - what happens while they are together */
  async function splitInHalves(broadcast = {}, before = async (_all: readonly Listener[]) => {}) {
    swarm = new TestSwarm({ config: { membership: { activeViewCapacity: 4 }, broadcast } }, { idleTimeoutMs: 5_000 });
    const { clock, network } = swarm;
    const all = await swarm.grow(8);
    await clock.advance(30_000);
    await before(all);
    for (const { events } of all) events.length = 0;
    const halves = [all.slice(0, 4), all.slice(4)] as const;
    const across = halves[0].flatMap((one) => halves[1].map((other) => [one, other] as const));
    for (const [one, other] of across) network.cut(one.endpoint, other.endpoint);
    await clock.advance(10_000); // each half has found together
    const [[one, other]] = across as [[Listener, Listener]];
    return { halves, one, other };
  }

  /** One link between the halves is healed. */
  async function meet(one: Listener, other: Listener) {
    const { clock, network } = swarm as TestSwarm;
    network.heal(one.endpoint, other.endpoint);
    await one.session.send({ type: 'joinPeers', peers: [other.endpoint.addr()] });
    await clock.until(() => one.session.neighbors().includes(other.endpoint.id), 60_000);
  }

  async function meetAtSeam(ms: number, { everyMs = 500, quietMs = 0 } = {}) {
    const { halves, one, other } = await splitInHalves();
    const { clock } = swarm as TestSwarm;
    const said: [string[], string[]] = [[], []];
    for (let at = 0; at < ms; at += everyMs) {
      for (const side of [0, 1] as const) {
        said[side].push(`${side} at ${at}`);
        await say(halves[side][(at / everyMs) % 4] as Listener, `${side} at ${at}`);
      }
      await clock.advance(everyMs);
    }
    await clock.advance(quietMs);
    await meet(one, other);
    const newcomer = await (swarm as TestSwarm).listen((swarm as TestSwarm).add(), [one]);
    await clock.advance(90_000);
    return { halves, said, newcomer };
  }
  const heard = (listener: Listener, from: readonly string[]) => {
    const heard = new Set(texts(listener));
    return from.filter((text) => heard.has(text)).length;
  };

  test.each([
    ['while both talk all the time', 120_000, { everyMs: 500 }],
    ['while both talk now and then', 120_000, { everyMs: 7_000 }],
    ['just after the first messages are compared no more, and of which there were few', 65_000, { everyMs: 6_500 }],
    ['after both have been quiet until all caches were empty', 120_000, { everyMs: 500, quietMs: 120_000 }],
  ])('%s: each member of both is told once that it may have missed something', async (_when, ms, how) => {
    const { halves, said, newcomer } = await meetAtSeam(ms, how);
    for (const [side, members] of halves.entries()) {
      const [ours, theirs] = [said[side] as string[], said[1 - side] as string[]];
      for (const each of members) {
        const own = ours.filter((_, i) => i % 4 !== members.indexOf(each));
        expect(heard(each, own)).toBe(own.length);
        expect(heard(each, theirs)).toBeLessThan(theirs.length);
        expect(away(each)).toHaveLength(1);
      }
    }
    expect(away(newcomer)).toEqual([]);
  });

  test('a swarm of which one member after the other is cut off for a while is one: nobody is told `away`, and nothing is missing', async () => {
    swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
    const { clock, network } = swarm;
    const all = await swarm.grow(8);
    await clock.advance(5_000);
    let published = 0;
    for (let second = 0; second < 300; second++) {
      const cut = all[Math.floor(second / 30) % 8] as Listener;
      const others = all.filter((each) => each !== cut);
      if (second % 30 === 5) for (const { endpoint } of others) network.cut(endpoint, cut.endpoint);
      // For less than caches hold, or more.
      if (second % 30 === (second < 150 ? 15 : 29))
        for (const { endpoint } of others) network.heal(endpoint, cut.endpoint);
      for (const each of all) await say(each, `${second} of ${each.index}`);
      published++;
      await clock.advance(1_000);
    }
    await clock.advance(90_000);
    for (const { events } of all) {
      const told = events.flatMap((event) => (event.type === 'lagged' ? [event] : []));
      expect(told.filter((event) => event.reason === 'away')).toEqual([]);
      const missed = told.reduce((sum, event) => sum + event.missed, 0);
      expect(events.filter(({ type }) => type === 'received').length + missed).toBe(7 * published);
    }
  });

  test.each([
    [5, 64_000],
    [10, 63_000],
  ])(
    'and of which one has said %i messages too early to be counted, and then more than anybody remembers: each member is told',
    async (few, meetAt) => {
      const { one, other, halves } = await splitInHalves();
      const { clock } = swarm as TestSwarm;
      const began = clock.now();
      for (let i = 0; i < few; i++) await say(halves[0][0] as Listener, `few ${i}`);
      await clock.advance(meetAt - 58_000);
      for (let i = 0; i < 100; i++) {
        await say(halves[0][0] as Listener, `then ${i}`);
        await clock.advance(250);
      }
      await clock.advance(began + meetAt - clock.now());
      await meet(one, other);
      await clock.advance(200_000);
      for (const each of halves[1]) {
        const missed = lagged(each).reduce((sum, event) => sum + event.missed, 0);
        expect(away(each).length > 0 || texts(each).length + missed === few + 100).toBe(true);
      }
    },
  );

  test('and the one at that link is a newcomer, or was told a moment before: the others are told all the same', async () => {
    for (const seam of ['newcomer', 'told']) {
      const { halves, other, one } = await splitInHalves();
      const { clock, network } = swarm as TestSwarm;
      for (let i = 0; i < 40; i++) await say(halves[0][i % 4] as Listener, `${i}`);
      await clock.advance(120_000);
      const rest = halves[1].filter((member) => member !== other);
      const linked = seam === 'told' ? other : await (swarm as TestSwarm).listen((swarm as TestSwarm).add(), [other]);
      if (seam === 'told') {
        for (const { endpoint } of rest) network.cut(endpoint, other.endpoint);
        await clock.advance(90_000);
        for (const { endpoint } of rest) network.heal(endpoint, other.endpoint);
        await clock.until(() => other.session.neighbors().length > 0, 60_000);
      }
      await clock.advance(10_000);
      await meet(one, linked);
      await clock.advance(120_000);
      for (const each of rest) expect(away(each)).toHaveLength(1);
      expect(away(linked)).toHaveLength(seam === 'told' ? 1 : 0);
      await swarm?.close();
    }
  });

  test.each([50, 150])(
    'long after it has had %i messages in a moment, of which it remembers 100: each member is told',
    async (flood) => {
      const { halves, one, other } = await splitInHalves({ messageIdMaxCount: 100 }, async (all) => {
        const { clock } = swarm as TestSwarm;
        for (let i = 0; i < flood; i++) {
          await say(all[0] as Listener, `flood ${i}`);
          await clock.advance(20);
        }
        await clock.advance(600_000);
      });
      const { clock } = swarm as TestSwarm;
      for (let i = 0; i < 20; i++) {
        await say(halves[0][0] as Listener, `${i}`);
        await clock.advance(1_000);
      }
      await clock.advance(120_000);
      await meet(one, other);
      await clock.advance(120_000);
      for (const each of halves[1]) expect(away(each)).toHaveLength(1);
    },
  );

  test('and neither says anything more: tabs behind hubs of both are told at once, and one that came late is not', async () => {
    const { halves, one, other } = await splitInHalves();
    const { clock } = swarm as TestSwarm;
    const hubs = halves.map(([, hub]) => hub as Listener);
    const tabs = await Promise.all(hubs.map((hub) => (swarm as TestSwarm).tab([hub])));
    for (let i = 0; i < 40; i++) {
      for (const half of halves) await say(half[i % 4] as Listener, `${half[0]?.index} ${i}`);
      await clock.advance(500);
    }
    await clock.advance(240_000); // all caches are empty
    const late = await (swarm as TestSwarm).tab(hubs.slice(0, 1));
    await clock.advance(20_000);
    await meet(one, other);
    await clock.advance(20_000);
    for (const each of [...halves.flat(), ...tabs]) expect(away(each)).toHaveLength(1);
    await clock.advance(240_000);
    for (const each of [...halves.flat(), ...tabs]) expect(away(each)).toHaveLength(1);
    expect(away(late)).toEqual([]);
    const { reconciliation } = await (tabs[0] as Tab).node.snapshot();
    expect(reconciliation.sessions).toBeLessThan(10);
  });

  test('after less than caches hold: nobody is told, and everybody has all', async () => {
    const { halves, said } = await meetAtSeam(15_000);
    for (const [side, members] of halves.entries()) {
      for (const each of members) {
        expect(heard(each, said[1 - side] as string[])).toBe(said[1 - side]?.length);
        expect(each.events.filter(({ type }) => type === 'lagged')).toEqual([]);
      }
    }
  });
});
