import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HandshakeTurns } from '../../src/quic/handshake-turns.js';

test('what comes in one turn is handed on over several, in order', async () => {
  const begun: number[] = [];
  const turns = new HandshakeTurns<number>((item) => begun.push(item));
  for (let i = 0; i < 32; i++) turns.add(i);
  expect(begun).toEqual([]);
  const counts: number[] = [];
  while (turns.size > 0) {
    await turn();
    counts.push(begun.length);
  }
  expect(begun).toEqual(Array.from({ length: 32 }, (_, i) => i));
  expect(counts.length).toBeGreaterThanOrEqual(4);
  const steps = counts.map((count, i) => count - (counts[i - 1] ?? 0));
  expect(Math.max(...steps)).toBe(8);
});

test('what is over before its turn is not handed on', async () => {
  const begun: string[] = [];
  const turns = new HandshakeTurns<string>((item) => begun.push(item));
  turns.add('one');
  turns.add('two');
  turns.delete('one');
  await turn();
  expect(begun).toEqual(['two']);
  turns.add('three');
  turns.stop();
  await turn();
  expect(begun).toEqual(['two']);
  expect(turns.size).toBe(0);
});
