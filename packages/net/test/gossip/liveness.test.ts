import type { PartialConfig } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import type { GossipEvent } from '../../src/gossip/service.js';
import type { Clock, ClockTimer } from '../../src/util/clock.js';
import type { ManualClock } from '../support/manual-clock.js';
import { type Listener, say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

const downs = (events: readonly GossipEvent[]) =>
  events.flatMap((event) => (event.type === 'neighborDown' ? [event.reason] : []));

const lagged = (events: readonly GossipEvent[]) => events.filter(({ type }) => type === 'lagged');

/** The clock of a machine that sleeps now and then: its monotonic clock stands still and no timer fires; only the wall clock goes on. */
class SleepingClock implements Clock {
  readonly #clock: ManualClock;
  readonly #overslept = new Set<() => void>();
  #asleepSince: number | undefined;
  #slept = 0;

  /** How far somebody has set the wall clock forward. */
  setForward = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** As Linux tells it. */
  upNow(): number {
    return this.#clock.now();
  }

  now(): number {
    return (this.#asleepSince ?? this.#clock.now()) - this.#slept;
  }

  wallNow(): number {
    return this.#clock.now() + this.setForward;
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    const due = this.now() + delayMs;
    let timer: ClockTimer;
    const arm = () => {
      timer = this.#clock.setTimer(fire, due - this.now());
    };
    const fire = () => {
      if (this.#asleepSince !== undefined) this.#overslept.add(arm);
      else if (this.now() < due) arm();
      else callback();
    };
    arm();
    return {
      cancel: () => {
        timer.cancel();
        this.#overslept.delete(arm);
      },
    };
  }

  defer(callback: () => void): ClockTimer {
    return this.#clock.defer(callback);
  }

  fallAsleep(): void {
    this.#asleepSince = this.#clock.now();
  }

  wakeUp(): void {
    this.#slept += this.#clock.now() - (this.#asleepSince ?? this.#clock.now());
    this.#asleepSince = undefined;
    for (const arm of this.#overslept) arm();
    this.#overslept.clear();
  }
}

describe('a peer that falls silent', () => {
  test('is given up within seconds when it cannot be reached anew', async () => {
    swarm = new TestSwarm();
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    swarm.network.cut(a.endpoint, b.endpoint);
    await say(a, 'is anybody there?');
    await swarm.clock.until(() => downs(a.events).length > 0, 18_000);
    expect(downs(a.events)).toEqual(['timeout']);
  });

  test('is kept when it was only away for a moment', async () => {
    swarm = new TestSwarm();
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    swarm.network.cut(a.endpoint, b.endpoint);
    await say(a, 'late');
    await swarm.clock.advance(4_000);
    swarm.network.heal(a.endpoint, b.endpoint);
    await swarm.clock.advance(60_000);
    expect(texts(b)).toEqual(['late']);
    expect([...downs(a.events), ...downs(b.events)]).toEqual([]);
  });
});

describe('a machine that sleeps', () => {
  async function pair(
    config: PartialConfig = {},
  ): Promise<{ awake: Listener; sleeper: Listener; clock: SleepingClock }> {
    swarm = new TestSwarm({ config });
    const clock = new SleepingClock(swarm.clock);
    const awake = await swarm.listen(swarm.add());
    const sleeper = await swarm.listen(swarm.add({ clock, config }, { clock }), [awake]);
    await swarm.clock.until(() => sleeper.session.neighbors().length === 1);
    await swarm.clock.advance(2_000);
    return { awake, sleeper, clock };
  }

  async function sleep(sleeper: Listener, clock: SleepingClock, ms: number): Promise<void> {
    swarm.network.suspend(sleeper.endpoint);
    clock.fallAsleep();
    await swarm.clock.advance(ms);
    clock.wakeUp();
    swarm.network.resume(sleeper.endpoint);
  }

  test('for a while that its peers outlast gets what was said meanwhile, and nobody goes down', async () => {
    const { awake, sleeper, clock } = await pair();
    const sleeping = sleep(sleeper, clock, 8_000);
    await say(awake, 'you are asleep');
    await sleeping;
    await say(sleeper, 'good morning');
    await swarm.clock.advance(10_000);
    expect(texts(sleeper)).toEqual(['you are asleep']);
    expect(texts(awake)).toEqual(['good morning']);
  });

  test('for longer is back within seconds, and what it says first is not lost', async () => {
    const { awake, sleeper, clock } = await pair();
    await sleep(sleeper, clock, 45_000);
    for (let i = 0; i < 6; i++) {
      await say(sleeper, `awake ${i}`);
      await swarm.clock.advance(500);
    }
    await swarm.clock.until(() => texts(awake).length === 6, 15_000);
    expect(texts(awake).toSorted()).toEqual(Array.from({ length: 6 }, (_, i) => `awake ${i}`));
  });

  test('for longer than anybody remembers is told so, also when the first that it hears of is the end of its links', async () => {
    const { awake, sleeper, clock } = await pair({
      broadcast: { messageCacheRetention: 3_000, messageIdRetention: 9_000 },
    });
    swarm.network.suspend(sleeper.endpoint);
    clock.fallAsleep();
    await swarm.clock.advance(10_000);
    swarm.network.resume(sleeper.endpoint);
    await awake.endpoint.close();
    await swarm.clock.advance(0); // before any timer, as in a browser's tab that was frozen
    clock.wakeUp();
    await swarm.listen(swarm.add(), [sleeper]);
    await swarm.clock.until(() => sleeper.session.neighbors().length === 1, 30_000);
    await swarm.clock.advance(10_000);
    const told = sleeper.events.filter((event) => event.type === 'lagged' && event.reason === 'away');
    expect(told).toEqual([{ type: 'lagged', missed: 0, reason: 'away' }]);
  });

  // Its memories are as old as they are, although its monotonic clock has stood still.

  test('does not bring back what others have long forgotten, nor have them told that it is lost', async () => {
    const { awake, sleeper, clock } = await pair();
    const beside = await swarm.listen(swarm.add(), [awake, sleeper]);
    await swarm.clock.until(() => beside.session.neighbors().length === 2);
    const newcomers: Listener[] = [];
    for (let i = 0; i < 20; i++) await say(i % 2 === 0 ? awake : sleeper, `before ${i}`);
    await swarm.clock.advance(2_000);
    const sleeping = sleep(sleeper, clock, 400_000);
    await swarm.clock.advance(200_000);
    newcomers.push(await swarm.listen(swarm.add(), [awake]));
    await sleeping;
    newcomers.push(await swarm.listen(swarm.add(), [awake, sleeper]));
    await swarm.clock.advance(30_000);
    await say(awake, 'after');
    await swarm.clock.advance(120_000);
    expect(texts(awake).toSorted()).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19].map((i) => `before ${i}`).toSorted());
    expect(texts(sleeper)).toHaveLength(11);
    for (const each of newcomers) expect(texts(each)).toEqual(['after']);
    expect(texts(beside)).toHaveLength(21);
    for (const { events } of [awake, beside, ...newcomers]) expect(lagged(events)).toEqual([]);
    expect(lagged(sleeper.events)).toEqual([{ type: 'lagged', missed: 0, reason: 'away' }]);
  });

  test('has nobody told of messages from before they came', async () => {
    const { awake, sleeper, clock } = await pair();
    for (let i = 0; i < 40; i++) await say(awake, `${i}`);
    await swarm.clock.advance(70_000); // the sleeper has known them for longer than caches hold
    const sleeping = sleep(sleeper, clock, 600_000);
    await swarm.clock.advance(300_000);
    // By then nobody but the sleeper knows them.
    await awake.node.shutdown();
    const others = [await swarm.listen(swarm.add())];
    others.push(await swarm.listen(swarm.add(), others));
    await swarm.clock.advance(200_000);
    await sleeping;
    await sleeper.session.send({ type: 'joinPeers', peers: others.map(({ endpoint }) => endpoint.addr()) });
    await swarm.clock.until(() => sleeper.session.neighbors().length > 0, 20_000);
    await swarm.clock.advance(120_000);
    for (const { events } of others) expect(lagged(events)).toEqual([]);
  });

  test('is not one whose wall clock is set: nothing comes twice', async () => {
    const { awake, sleeper, clock } = await pair();
    for (let i = 0; i < 10; i++) await say(awake, `${i}`);
    await swarm.clock.advance(1_000);
    clock.setForward = 3_600_000;
    await swarm.clock.advance(5_000);
    await swarm.listen(swarm.add(), [sleeper, awake]);
    await swarm.clock.advance(30_000);
    expect(texts(sleeper)).toHaveLength(10);
    expect(lagged(sleeper.events)).toEqual([]);
  });

  test('asks its peers as soon as it wakes up, also when it has nothing to say', async () => {
    const { awake, sleeper, clock } = await pair();
    await sleep(sleeper, clock, 31_000);
    expect(awake.session.neighbors()).toEqual([]);
    await swarm.clock.until(() => awake.session.neighbors().length === 1, 3_500);
  });
});
