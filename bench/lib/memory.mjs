// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The bytes in use after a garbage collection: those of JavaScript (heap and buffers), and those of the process. Needs --expose-gc.
 *
 * @returns {Promise<{ js: number, resident: number }>}
 */
export async function held() {
  const { gc } = globalThis;
  if (!gc) throw new Error('run with --expose-gc');
  for (let i = 0; i < 3; i++) {
    gc();
    await sleep(50);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { js: heapUsed + external, resident: rss };
}
