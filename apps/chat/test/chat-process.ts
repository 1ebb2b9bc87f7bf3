import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

/** The built program. */
export const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

const withoutQuic = new URL('../../../test/support/without-quic.mjs', import.meta.url).href;

/** A chat process with its pipes. */
export class Chat {
  readonly #process: ChildProcessWithoutNullStreams;
  /** Resolves when it has ended and all its output was read. */
  readonly #closed: Promise<unknown>;
  readonly #waiting: (() => void)[] = [];
  output = '';

  constructor(file: string, args: readonly string[], nodeOptions: readonly string[] = []) {
    this.#process = spawn(process.execPath, [...nodeOptions, file, '--bind', '127.0.0.1:0', ...args]);
    this.#closed = once(this.#process, 'close');
    for (const pipe of [this.#process.stdout, this.#process.stderr]) {
      pipe.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        for (const check of this.#waiting) check();
      });
    }
  }

  type(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** Waits for a line that matches. */
  sees(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve) => {
      const check = () => {
        const match = pattern.exec(this.output);
        if (match) resolve(match);
      };
      this.#waiting.push(check);
      check();
    });
  }

  async ticket(): Promise<string> {
    return (await this.sees(/ticket to join us: (\S+)\n/))[1] as string;
  }

  async end(): Promise<number | null> {
    this.#process.stdin.end();
    return this.exitCode();
  }

  /** Ends it as a closed terminal does. */
  async hangUp(): Promise<number | null> {
    this.#process.kill('SIGHUP');
    return this.exitCode();
  }

  async interrupt(): Promise<number | null> {
    this.#process.kill('SIGINT');
    return this.exitCode();
  }

  async exitCode(): Promise<number | null> {
    await this.#closed;
    return this.#process.exitCode;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Starts chats. After each test it kills those that still run. */
export function useChats() {
  const chats: Chat[] = [];
  afterEach(() => {
    for (const chat of chats.splice(0)) chat.kill();
  });

  /** Runs a copy of the program at another path. */
  function startCopy(file: string, ...args: string[]): Chat {
    const chat = new Chat(file, args);
    chats.push(chat);
    return chat;
  }
  /** Runs it as on a platform that has no native module of QUIC. */
  function startWithoutQuic(...args: string[]): Chat {
    const chat = new Chat(cli, args, ['--import', withoutQuic]);
    chats.push(chat);
    return chat;
  }
  return { startCopy, startWithoutQuic, start: (...args: string[]) => startCopy(cli, ...args) };
}
