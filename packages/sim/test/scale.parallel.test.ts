import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

// Each size runs in a process of its own, so that its memory is measured alone and the heap may grow.

interface Figures {
  readonly missed: number;
  readonly components: number;
  readonly eventsPerNodeMessage: number;
  /** CPU microseconds for each node and message of the broadcast rounds. */
  readonly cost: number;
  /** Largest resident size in bytes. */
  readonly memory: number;
}

const script = fileURLToPath(new URL('./helper/measure-scale.mjs', import.meta.url));
const figuresOf = (nodes: number): Figures =>
  JSON.parse(execFileSync(process.execPath, ['--max-old-space-size=7600', script, `${nodes}`], { encoding: 'utf8' }));

const GIB = 2 ** 30;

describe('a swarm that bootstraps and makes 10 broadcasts', () => {
  test('of 10,000 nodes handles no more events for each node and message than one of 1,000', () => {
    const [small, large] = [figuresOf(1_000), figuresOf(10_000)];
    expect([small.missed, large.missed]).toEqual([0, 0]);
    expect(large.eventsPerNodeMessage).toBeLessThan(1.2 * small.eventsPerNodeMessage);
  });

  test('of 100,000 nodes fits into 8 GiB and loses nothing', () => {
    const large = figuresOf(100_000);
    expect(large).toMatchObject({ missed: 0, components: 1 });
    expect(large.memory).toBeLessThan(8 * GIB);
  }, 1_800_000);
});
