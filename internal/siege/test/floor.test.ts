import { expect, test } from 'vitest';
import { costOfMegabyte } from '../src/floor.js';

test('what a target takes to look at itself is not what receiving costs, however little is received', () => {
  const quietRate = 0.015; // a timer in each millisecond
  expect(costOfMegabyte({ cpuMs: 100, ms: 600, sent: 1e6 }, quietRate)).toBe(91);
  expect(costOfMegabyte({ cpuMs: 10, ms: 600, sent: 10_000 }, quietRate)).toBe(100);
  expect(costOfMegabyte({ cpuMs: 9, ms: 600, sent: 10_000 }, quietRate)).toBe(0);
  expect(costOfMegabyte({ cpuMs: 9, ms: 600, sent: 0 }, quietRate)).toBe(0);
});
