import { expect, it } from 'vitest';
import { NativeGarbage } from '../../src/quic/native-garbage.js';
import { until } from './helpers.js';

const FLOOD = { unearned: 16 << 10, streams: 0, silent: 0, isFlood: true };

it('V8 collects connections that are over, with nothing else that it should collect for', async () => {
  const garbage = new NativeGarbage();
  let [made, collected] = [0, 0];
  const registry = new FinalizationRegistry(() => collected++);
  const one = () => {
    registry.register({ connection: made++ }, undefined);
    garbage.left(FLOOD);
    if (garbage.isDue) garbage.tell();
  };
  await until(() => {
    for (let i = 0; i < 8; i++) one();
    return collected > 64;
  });
  expect(made).toBeLessThan(2_000);
});

it('small connections are a reason to collect by the hundred', () => {
  const garbage = new NativeGarbage(() => new Uint8Array(0));
  let told = 0;
  for (let i = 0; i < 1_000; i++) {
    garbage.left({ unearned: 0, streams: 0, silent: 0, isFlood: false });
    if (!garbage.isDue) continue;
    garbage.tell();
    told++;
  }
  expect(told).toBe(1);
});

it('streams that said nothing weigh what they take, and not what any flood may have pinned', () => {
  const garbage = new NativeGarbage(() => new Uint8Array(0));
  const collectedAfter = (silent: number) => {
    let made = 0;
    while (!garbage.isDue) {
      garbage.left({ unearned: 2_048, streams: 120, silent, isFlood: true });
      made++;
    }
    garbage.tell();
    return made;
  };
  expect(collectedAfter(4_000)).toBeLessThan(10);
  expect(collectedAfter(200)).toBeGreaterThan(50);
});

it('a flood weighs what a stranger may pin, or what is known of it where that is more, and not both', () => {
  const garbage = new NativeGarbage(() => new Uint8Array(0));
  const collectedAfter = (unearned: number) => {
    let made = 0;
    while (!garbage.isDue) {
      garbage.left({ unearned, streams: 0, silent: 0, isFlood: true });
      made++;
    }
    garbage.tell();
    return made;
  };
  expect(collectedAfter(16 << 10)).toBe(31);
  expect(collectedAfter(256 << 10)).toBe(6);
});
