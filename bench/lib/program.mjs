// @ts-check
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a program below bench/ in a process of its own, so that one contender leaves nothing behind for the next.
 *
 * @param {string} file its path from bench/
 * @param {unknown} options the program's one argument, as JSON
 * @param {readonly string[]} [flags] of Node
 * @returns {any} what it printed, parsed
 */
export function runProgram(file, options, flags = []) {
  const { status, signal, stdout } = spawnSync(process.execPath, [...flags, file, JSON.stringify(options)], {
    cwd: bench,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${file} ended with ${signal ?? status}`);
  return JSON.parse(stdout);
}

/** The argument of such a program. @returns {any} */
export const programOptions = () => JSON.parse(process.argv[2] ?? '{}');

/** Prints the answer, and ends the process, whatever still runs in it. @param {unknown} answer */
export const answer = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit());
