import { writeSync } from 'node:fs';

const STDOUT = 1;
const STDERR = 2;

/** pino's level of a warning. */
const WARN_LEVEL = 40;

/** How long to wait until a pipe whose reader is busy is tried again, in milliseconds. */
const RETRY_MS = 10;
/** How often it is tried again: for a second in all. A node must not stand still because nobody reads its log. */
const RETRIES = 100;

/**
 * Writes the node's log, line by line. A line that cannot be written throws nothing at its caller: a full disk or a reader that is gone
 * is no reason to end, and the driver of a connection can do nothing about it. Lost lines are counted; the log says how many as soon as it
 * takes lines again, and stderr says once that they are being lost.
 */
export class LogOutput {
  readonly #writeTo: (bytes: Uint8Array) => number;
  readonly #complain: (text: string) => void;
  #lost = 0;
  /** The last write has ended within a line. */
  #isTorn = false;

  /** @param writeTo - the system call: how many of the bytes it has taken. Default: to stdout */
  constructor(writeTo = writeToStdout, complain: (text: string) => void = complainOnStderr) {
    this.#writeTo = writeTo;
    this.#complain = complain;
  }

  /** Writes a line; never throws. */
  write(line: string): void {
    try {
      if (this.#lost > 0) {
        this.#writeAll(`${this.#isTorn ? '\n' : ''}${lossOf(this.#lost)}`);
        this.#lost = 0;
      }
      this.#writeAll(line);
    } catch (error) {
      if (this.#lost++ > 0) return;
      this.#complain(`grapevine: can't write the log, lines are lost: ${(error as Error).message}\n`);
    }
  }

  #writeAll(text: string): void {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) {
      written += this.#writeSome(bytes.subarray(written));
      this.#isTorn = written < bytes.length;
    }
  }

  #writeSome(bytes: Uint8Array): number {
    for (let attempt = 0; ; attempt++) {
      try {
        return this.#writeTo(bytes);
      } catch (error) {
        const isBusy = (error as NodeJS.ErrnoException).code === 'EAGAIN';
        if (!isBusy || this.#lost > 0 || attempt === RETRIES) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
      }
    }
  }
}

const writeToStdout = (bytes: Uint8Array): number => writeSync(STDOUT, bytes);

function lossOf(lines: number): string {
  const msg = 'lines of this log were lost: it could not be written';
  return `${JSON.stringify({ level: WARN_LEVEL, time: Date.now(), lines, msg })}\n`;
}

/** Not by `process.stderr`: Node makes a pipe non-blocking when it opens it, and stdout is often the same one. */
function complainOnStderr(text: string): void {
  try {
    writeSync(STDERR, text);
  } catch {
    // nobody is left who could be told
  }
}
