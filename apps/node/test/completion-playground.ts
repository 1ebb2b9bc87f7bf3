import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../src/commands.js';
import { NodeProcess, TemporaryFolder } from './node-process.js';

const PROGRAM = fileURLToPath(new URL('../bin/grapevine.js', import.meta.url));
const TOPICS = ['aa'.repeat(32), 'bb'.repeat(32)];
const SHELLS = ['bash', 'zsh', 'fish'];

/** A line up to the cursor, and all the words that a shell must offer there. */
export type Case = readonly [line: string, words: readonly string[]];

/** What every shell has to complete: every command and every flag, read from the program. */
export const CASES: readonly Case[] = [
  ['', [...COMMANDS.keys()]],
  ['p', ['publish', 'ping']],
  ...[...COMMANDS].map(
    ([name, { settings }]): Case => [`${name} --`, [...settings.map(({ flag }) => `--${flag}`), '--help']],
  ),
  ...[...COMMANDS].flatMap(([name, { settings }]) =>
    settings.flatMap(({ flag, choices }): Case[] => (choices ? [[`${name} --${flag} `, choices]] : [])),
  ),
  ...[...COMMANDS].flatMap(([name, { usage }]): Case[] =>
    /^\[?TOPIC/.test(usage[0] ?? '') ? [[`${name} `, TOPICS]] : [],
  ),
  ['join a', TOPICS.slice(0, 1)],
  ['run --config a', ['a file', 'a folder']],
  ['publish --file a', ['a file', 'a folder']],
  ['run --data a', ['a folder']],
  ['run --bind ', []],
  ['completion ', SHELLS],
  ['completion z', ['zsh']],
];

/** Where topics are completed. Elsewhere a shell may start the command only to get its completion script. */
export const TOPIC_CASES = CASES.filter(([, words]) => words.some((word) => TOPICS.includes(word)));

/** A folder with `grapevine` on the PATH, files to complete, and a node that is in two topics. */
export class Playground implements AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  readonly #folder = new TemporaryFolder();
  readonly #node: NodeProcess;

  constructor() {
    this.env = {
      PATH: `${this.join('bin')}${delimiter}${process.env.PATH}`,
      HOME: this.join('home'),
      GRAPEVINE_DATA: this.join('data'),
      LC_ALL: 'C.UTF-8',
      TERM: 'dumb',
    };
    for (const name of ['bin', 'home', 'cwd', 'cwd/a folder']) mkdirSync(this.join(name));
    writeFileSync(this.join('cwd/a file'), '');
    const script = `#!/bin/sh\necho "$1" >> '${this.join('calls')}'\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`;
    writeFileSync(this.join('bin/grapevine'), script, { mode: 0o755 });
    const topics = TOPICS.flatMap((topic) => ['--topic', topic]);
    this.#node = new NodeProcess(['--bind', '127.0.0.1:0', '--rpc', '127.0.0.1:0', ...topics], this.env);
  }

  async ready(): Promise<void> {
    await this.#node.logged('up');
  }

  join(name: string): string {
    return this.#folder.join(name);
  }

  /**
   * Runs a script in the folder. Its argument is a file with the lines. For each line it prints the words, one in a line, and a line `---`.
   */
  words(shell: string, args: readonly string[], script: string): Map<string, readonly string[]> {
    writeFileSync(this.join('lines'), CASES.map(([line]) => `grapevine ${line}\n`).join(''));
    writeFileSync(this.join('script'), script);
    const options = { cwd: this.join('cwd'), env: this.env, encoding: 'utf8', timeout: 300_000 } as const;
    const blocks = execFileSync(shell, [...args, this.join('script'), this.join('lines')], options).split('---\n');
    return new Map(CASES.map(([line], i) => [line, [...new Set(wordsOf(blocks[i] ?? 'nothing printed\n'))].sort()]));
  }

  /** The arguments with which shells have run `grapevine`. */
  calls(): string[] {
    return readFileSync(this.join('calls'), 'utf8').trim().split('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#node[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

/** Removes what shells add to a word: descriptions, escapes, the slash of a folder. */
function wordsOf(block: string): string[] {
  return block
    .split('\n')
    .map((line) => line.replace(/\t.*/, '').replaceAll('\\', '').replace(/\/$/, ''))
    .filter((word) => word !== '');
}
