import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The built command: tests run what users run. */
export const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

const WAIT_MS = 20_000;

/** The environment of a user: without the variables by which the project's own commands tell each other things. */
const USERS = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GRAPEVINE_')));

/** A line of the log. */
export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A `grapevine run` of its own. */
export class NodeProcess {
  readonly lines: LogLine[] = [];
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #stderr = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [CLI, 'run', ...args], { env: { ...USERS, ...env }, stdio: 'pipe' });
    this.exited = once(this.#child, 'exit').then(([code, signal]) => ({ code, signal }));
    this.#child.stderr?.on('data', (text) => {
      this.#stderr += text;
    });
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.lines.push(JSON.parse(line));
      for (const look of this.#waiting) look();
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** The first line of the log with this message. */
  async logged(message: string): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const give = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        settle();
      };
      const look = (): void => {
        const found = this.lines.find(({ msg }) => msg === message);
        if (found) give(() => resolve(found));
      };
      const fail = (why: string) =>
        give(() =>
          reject(new Error(`no "${message}" in the log: ${why}\n${this.#stderr}\n${JSON.stringify(this.lines)}`)),
        );
      const timer = setTimeout(() => fail(`waited ${WAIT_MS} ms`), WAIT_MS);
      this.#waiting.add(look);
      void this.exited.then(({ code }) => fail(`the process ended with ${code}`));
      look();
    });
  }

  async ticket(): Promise<string> {
    return (await this.logged('up')).ticket as string;
  }

  async id(): Promise<string> {
    return (await this.logged('up')).id as string;
  }

  /** A page of its HTTP server. */
  async page(path: string): Promise<{ status: number; body: unknown }> {
    const { url } = await this.logged('serving metrics and health');
    const answer = await fetch((url as string).replace('/metrics', path));
    const text = await answer.text();
    return { status: answer.status, body: path === '/metrics' ? text : JSON.parse(text) };
  }

  /** Asks for a page until it has this status. */
  async pageBecomes(path: string, status: number): Promise<unknown> {
    const end = Date.now() + WAIT_MS;
    for (;;) {
      const page = await this.page(path);
      if (page.status === status) return page.body;
      if (Date.now() > end)
        throw new Error(`${path} has been ${page.status} for ${WAIT_MS} ms: ${JSON.stringify(page.body)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}

/** A folder that is removed after the test. */
export class TemporaryFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'grapevine-node-'));

  join(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The result of a command. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of `grapevine` that is running. */
export class Command implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
  #stderr = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [CLI, ...args], { env: { ...USERS, ...env }, stdio: 'pipe' });
    const stdout: Buffer[] = [];
    this.child.stdout?.on('data', (chunk) => stdout.push(chunk));
    this.child.stderr?.on('data', (chunk) => {
      this.#stderr += chunk;
    });
    this.child.stdin?.on('error', () => {}); // it may end before it has read everything
    this.outcome = once(this.child, 'close').then(([code]) => ({
      code,
      stdout: Buffer.concat(stdout).toString('latin1'),
      stderr: this.#stderr,
    }));
  }

  /** Waits for a text on stderr. */
  async says(text: string): Promise<void> {
    const ended = this.outcome.then(() => 'ended');
    while (!this.#stderr.includes(text)) {
      const next = await Promise.race([ended, once(this.child.stderr as NodeJS.ReadableStream, 'data')]);
      if (next === 'ended' && !this.#stderr.includes(text)) throw new Error(`no "${text}" in: ${this.#stderr}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.outcome;
  }
}

/** Runs a command of `grapevine` to its end. */
export async function grapevine(
  args: readonly string[],
  { env, stdin }: { readonly env?: NodeJS.ProcessEnv; readonly stdin?: string | Uint8Array } = {},
): Promise<Outcome> {
  const command = new Command(args, env);
  command.child.stdin?.end(stdin);
  return await command.outcome;
}
