import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../.cache/reliability-peer', import.meta.url));
const library = join(folder, `still-clock-${process.pid}.so`);

/** A monotonic clock that stands still while its process is stopped, by the library of still-clock.c. */
export class StillClock {
  readonly #file: string;

  /** @param name - makes its file different from those of other clocks */
  constructor(name: string) {
    this.#file = join(folder, `clock-offset-${process.pid}-${name}`);
    writeFileSync(this.#file, new Uint8Array(8));
  }

  /** Builds the library. @returns why it cannot be built here, or undefined */
  static unavailable(): string | undefined {
    if (process.platform !== 'linux') return 'it needs Linux';
    mkdirSync(folder, { recursive: true });
    const source = fileURLToPath(new URL('./still-clock.c', import.meta.url));
    const { status } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
    return status === 0 ? undefined : 'it needs a C compiler';
  }

  /** The command that starts a program with this clock. */
  get prefix(): string[] {
    return ['env', `LD_PRELOAD=${library}`, `CLOCK_OFFSET=${this.#file}`];
  }

  /** Sets the clock back by `ms` milliseconds in all. */
  stoodStill(ms: number): void {
    const nanoseconds = Buffer.alloc(8);
    nanoseconds.writeBigInt64LE(BigInt(ms) * 1_000_000n);
    // In place, because the process has mapped the file.
    const file = openSync(this.#file, 'r+');
    writeSync(file, nanoseconds, 0, 8, 0);
    closeSync(file);
  }
}
