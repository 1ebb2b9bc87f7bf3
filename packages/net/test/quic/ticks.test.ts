import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { NativeGarbage } from '../../src/quic/native-garbage.js';
import { type Ticking, Ticks } from '../../src/quic/ticks.js';

const NO_STREAMS = { native: {}, unearned: 0, streams: 0, silent: 0, isFlood: false };

/** Connections that note in which turn they had their tick, and do something in it. */
function ticking(ticks: Ticks, count: number, work: () => void) {
  const log: number[] = [];
  let now = 0;
  const connections = Array.from({ length: count }, (_, i): Ticking & { ran: number[] } => ({
    isScheduled: false,
    isOpen: true,
    ran: [],
    tick() {
      log.push(i);
      this.ran.push(now);
      work();
    },
  }));
  ticks.isBusy = true; // as while datagrams are taken in
  for (const connection of connections) ticks.schedule(connection);
  ticks.isBusy = false;
  const goOn = async () => {
    while (log.length < count) {
      now++;
      await turn();
    }
    return [...new Set(connections.flatMap(({ ran }) => ran))].map(
      (at) => connections.filter(({ ran }) => ran.includes(at)).length,
    );
  };
  return { log, goOn };
}

/** Ticks whose clock stands still unless a test moves it: a machine that is busy with something else would spread them over more turns. */
function timed(garbage?: NativeGarbage) {
  const clock = { now: 0 };
  return { clock, ticks: new Ticks(garbage, () => clock.now) };
}

test('ticks that take long are spread over turns of the event loop, in order, and each has one', async () => {
  const { clock, ticks } = timed();
  const { log, goOn } = ticking(ticks, 12, () => {
    clock.now += 1.5;
  });
  const perTurn = await goOn();
  expect(log).toEqual(Array.from({ length: 12 }, (_, i) => i));
  expect(perTurn).toEqual([3, 3, 3, 3]); // the third ends behind the 4 ms
});

test('a few connections that end with many streams end one after the other: their readers run behind each', async () => {
  const { ticks } = timed();
  const { log, goOn } = ticking(ticks, 9, () => ticks.ended({ ...NO_STREAMS, streams: 200 }));
  expect(await goOn()).toEqual([3, 3, 3]);
  expect(log).toHaveLength(9);
});

test('what would be collected is told to V8 in a turn in which no tick runs', async () => {
  const happened: string[] = [];
  const allocate = () => {
    happened.push('told');
    return new Uint8Array(0);
  };
  const garbage = new NativeGarbage({ allocate, watch: () => {} });
  const { ticks } = timed(garbage);
  const { goOn } = ticking(ticks, 3, () => {
    happened.push('tick');
    ticks.ended({ ...NO_STREAMS, unearned: 1 << 20 }); // weighs 25 MB, of 32
  });
  await goOn();
  expect(happened).toEqual(['tick', 'tick', 'tick']);
  await turn();
  expect(happened).toEqual(['tick', 'tick', 'tick', 'told']);
});

test('nothing runs after it was stopped', async () => {
  const ticks = new Ticks();
  const { log } = ticking(ticks, 2, () => {});
  ticks.stop();
  await turn();
  await turn();
  expect(log).toEqual([]);
});
