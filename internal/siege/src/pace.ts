const WORDS = 1 << 15;
const ROUNDS = 16;
/** Until V8 has compiled it for good. */
const WARM_UPS = 8;
/** The quickest of so many counts: one alone may have been interrupted. */
const TIMES = 3;
const words = new Uint32Array(WORDS);

let isCompiled = false;

/**
 * The same work every time, part of it in the caches. Where many programs share a machine, the CPU time for it grows, since each finds the caches
 * full of what others have left there.
 *
 * @returns CPU time, in milliseconds
 */
export function pace(): number {
  for (let i = 0; i < WARM_UPS && !isCompiled; i++) work();
  isCompiled = true;
  return Math.min(...Array.from({ length: TIMES }, timedWork));
}

function timedWork(): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function work(): void {
  let sum = 1;
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < WORDS; i++) {
      sum = (Math.imul(sum, 1_664_525) + (words[(i * 7_919) % WORDS] as number)) >>> 0;
      words[i] = sum;
    }
  }
}
