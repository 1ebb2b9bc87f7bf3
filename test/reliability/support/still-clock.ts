import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../.cache/reliability-peer', import.meta.url));
const library = join(folder, `still-clock-${process.pid}.so`);

/** The monotonic clock of a process that stands still while the process is stopped, by the library of still-clock.c. */
export class StillClock {
  readonly #file: string;

  /** @param name - makes its file different from those of other clocks */
  constructor(name: string) {
    this.#file = join(folder, `clock-offset-${process.pid}-${name}`);
    writeFileSync(this.#file, new Uint8Array(8));
  }

  /** Builds the library. @returns why it can't be had, or undefined */
  static unavailable(): string | undefined {
    if (process.platform !== 'linux') return 'that takes Linux';
    mkdirSync(folder, { recursive: true });
    const source = fileURLToPath(new URL('./still-clock.c', import.meta.url));
    const { status } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
    return status === 0 ? undefined : 'that takes a C compiler';
  }

  /** What a program is started with. */
  get prefix(): string[] {
    return ['env', `LD_PRELOAD=${library}`, `CLOCK_OFFSET=${this.#file}`];
  }

  /** From now on the clock is behind by `ms` milliseconds. */
  stoodStill(ms: number): void {
    const nanoseconds = Buffer.alloc(8);
    nanoseconds.writeBigInt64LE(BigInt(ms) * 1_000_000n);
    // In place: the process has the file mapped.
    const file = openSync(this.#file, 'r+');
    writeSync(file, nanoseconds, 0, 8, 0);
    closeSync(file);
  }
}
