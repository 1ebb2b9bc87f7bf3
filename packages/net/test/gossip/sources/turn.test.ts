import { expect, test } from 'vitest';
import { Turn } from '../../../src/gossip/sources/turn.js';
import { ManualClock } from '../../support/manual-clock.js';

/** How many messages are handled in one slice, when each costs one number of microseconds by estimate, and another in truth. */
async function messagesInASlice({ estimate, truth }: { estimate: number; truth: number }): Promise<number> {
  let now = 0;
  const turn = new Turn(Object.assign(new ManualClock(), { now: () => now }));
  let messages = 0;
  while (!turn.isOver && messages < 100_000) {
    now += truth / 1_000;
    turn.spend(estimate);
    messages++;
  }
  return messages;
}

test('a slice ends after five milliseconds by estimate', async () => {
  expect(await messagesInASlice({ estimate: 10, truth: 0 })).toBe(500);
});

test('a message that costs seventy times its estimate does not make the slice longer than a few milliseconds', async () => {
  const messages = await messagesInASlice({ estimate: 34, truth: 2_400 });
  expect(messages * 2.4).toBeLessThan(20); // 353 ms by estimates alone
});
