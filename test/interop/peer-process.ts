import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A line that the program has printed. */
export type PeerLine = Readonly<Record<string, unknown>>;

/** How to start a peer. */
export interface PeerProgram {
  /** How errors call it. */
  readonly label: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** How long an answer or an event may take before the wait fails, in milliseconds. */
const PATIENCE = 20_000;

/** How much of the lines and of stderr a failed wait shows. */
const TAIL = 8;

interface Waiter {
  check(): void;
  fail(why: string): void;
}

/**
 * The process of a peer, the Rust program or the TypeScript one. It takes commands and prints JSON lines.
 *
 * Commands have numbers, so several may be under way. A wait that fails shows the name of what it waited for, the last lines, and the end
 * of stderr. Disposing kills the process.
 */
export class PeerProcess {
  /** How errors call it. */
  readonly label: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<number | null>;
  readonly #waiters = new Set<Waiter>();
  readonly #replies = new Map<number, PeerLine>();
  readonly #onEvent: (event: PeerLine) => void;
  readonly #lastLines: string[] = [];
  #stderr = '';
  #lastCommand = 0;
  #gone: string | undefined;

  /** @param onEvent - Called with each line that is not an answer, before waits look again. */
  constructor({ label, file, args }: PeerProgram, onEvent: (event: PeerLine) => void) {
    this.label = label;
    this.#onEvent = onEvent;
    this.#process = spawn(file, args);
    this.#process.stdin.on('error', () => {}); // the end of the process has the reason
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
    const lines = createInterface({ input: this.#process.stdout });
    lines.on('line', (line) => this.#read(line));
    this.#exited = new Promise((resolve) => {
      this.#process.on('error', (error) => this.#end(`could not be started: ${error.message}`));
      this.#process.on('close', (code, signal) => {
        this.#end(`ended with ${signal ?? `code ${code}`}`);
        resolve(code);
      });
    });
  }

  /**
   * Carries out a command and waits for its answer.
   *
   * @throws Error when the program refuses it, ends, or does not answer in time
   */
  async command(verb: string, ...words: readonly (string | number)[]): Promise<PeerLine> {
    return await this.request([verb, ...words].join(' ').trimEnd(), PATIENCE);
  }

  /** The same, with the whole command in one string and a time-out of its own, in milliseconds. */
  async request(text: string, timeoutMs: number): Promise<PeerLine> {
    if (/[\r\n]/.test(text)) throw new TypeError(`a command is one line, got ${JSON.stringify(text)}`);
    const id = ++this.#lastCommand;
    const start = text.slice(0, 100);
    const answer = this.until(`the answer to "${start}"`, () => this.#replies.get(id), timeoutMs);
    this.#process.stdin.write(`#${id} ${text}\n`);
    const reply = await answer;
    this.#replies.delete(id);
    if (reply.error !== undefined) throw new Error(`${this.label} refused "${start}": ${reply.error}`);
    return reply;
  }

  /** Writes a line as it is, and does not wait. It is for tests of bad input. */
  write(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /**
   * Waits until `check` returns something else than undefined or false. It calls that now, and after every line.
   *
   * @throws Error that names `what` when it takes too long or the program ends before
   */
  until<T>(what: string, check: () => T | undefined | false, timeoutMs = PATIENCE): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        settle();
      };
      const waiter: Waiter = {
        check: () => {
          const found = check();
          if (found !== undefined && found !== false) finish(() => resolve(found));
        },
        fail: (why) => finish(() => reject(this.#failure(why, what))),
      };
      const timer = setTimeout(() => waiter.fail(`let us wait for ${timeoutMs} ms`), timeoutMs);
      this.#waiters.add(waiter);
      waiter.check();
      if (this.#gone !== undefined) waiter.fail(this.#gone); // does nothing for a wait that is over
    });
  }

  /** Ends the input, which makes the program leave its topics, and waits for its end. Resolves to the exit code. */
  async end(): Promise<number | null> {
    this.#process.stdin.end();
    await this.until('its end after the end of input', () => this.#gone);
    return this.#exited;
  }

  /** Kills it, as a crash does. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  /** Sends a signal: `SIGSTOP` stops it, `SIGCONT` resumes it. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  #read(text: string): void {
    this.#lastLines.push(text.slice(0, 300));
    if (this.#lastLines.length > TAIL) this.#lastLines.shift();
    let line: PeerLine;
    try {
      line = JSON.parse(text);
    } catch {
      this.#end(`wrote a line that is not JSON: ${text.slice(0, 300)}`);
      return;
    }
    if (typeof line.id === 'number') this.#replies.set(line.id, line);
    else this.#onEvent(line);
    for (const waiter of [...this.#waiters]) waiter.check();
  }

  #end(why: string): void {
    this.#gone ??= why;
    for (const waiter of [...this.#waiters]) waiter.check();
    for (const waiter of [...this.#waiters]) waiter.fail(why);
  }

  #failure(why: string, what: string): Error {
    const lines = this.#lastLines.map((line) => `\n  ${line}`).join('');
    const stderr =
      this.#stderr === '' ? '' : `\nits stderr ends with:\n${this.#stderr.split('\n').slice(-TAIL).join('\n')}`;
    return new Error(
      `${this.label} ${why}, and there was still to come: ${what}\nits last lines:${lines || ' none'}${stderr}`,
    );
  }
}
