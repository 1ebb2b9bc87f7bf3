import { Interrupted } from './interruptible.js';
import { didYouMean } from './nearest.js';
import { printable } from './printable.js';
import { flushStdout, stderr, stdout } from './standard-streams.js';
import { UsageError } from './usage-error.js';

/** One of the things that a program does. */
export interface CliCommand {
  /** A line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  run(args: string[]): void | Promise<void>;
}

/** A program with commands: `grapevine-sim run`. */
export interface Program {
  readonly name: string;
  /** What `--version` prints behind the name. */
  readonly version: string;
  /** What stands above the list of commands. */
  readonly about: string;
  readonly commands: ReadonlyMap<string, CliCommand>;
  readonly mistakes?: Mistakes;
}

/** Errors that are the user's mistakes, besides UsageError: a port that is taken, say. */
export type Mistakes = readonly (new (...args: never[]) => Error)[];

const EXIT_CODES = 'Exit code: 0 when done, 1 when something failed, 2 for bad input, 130 after Ctrl-C.';

/** Runs the command that the arguments begin with. */
export async function runProgram(program: Program, args: readonly string[]): Promise<void> {
  await runMain(program.name, () => dispatch(program, args), program.mistakes);
}

/** Runs a program: one line on stderr says what went wrong, and the exit code what kind of failure it was. */
export async function runMain(name: string, main: () => Promise<void>, mistakes: Mistakes = []): Promise<void> {
  try {
    await main();
    await flushStdout();
  } catch (error) {
    if (error instanceof Interrupted) {
      process.exitCode = error.exitCode;
      return;
    }
    stderr().write(`${name}: ${safeLines(error instanceof Error ? error.message : String(error))}\n`);
    process.exitCode = [UsageError, ...mistakes].some((mistake) => error instanceof mistake) ? 2 : 1;
  }
}

/** Some messages quote what came from the network. */
function safeLines(message: string): string {
  return message.split('\n').map(printable).join('\n');
}

async function dispatch(program: Program, [name, ...args]: readonly string[]): Promise<void> {
  const { commands } = program;
  if (name === undefined) throw new UsageError(`say what to do: ${[...commands.keys()].join(', ')} (see --help)`);
  if (name === '--help' || name === '-h') {
    stdout().put(programHelp(program));
    return;
  }
  if (name === '--version') {
    stdout().put(`${program.name} ${program.version}\n`);
    return;
  }
  const command = commands.get(name);
  if (command === undefined) {
    throw new UsageError(`unknown command ${JSON.stringify(name)}${didYouMean(name, commands.keys())} (see --help)`);
  }
  const flags = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  if (flags.includes('--help') || flags.includes('-h')) stdout().put(`${command.help}\n`);
  else await command.run(args);
}

function programHelp({ name, about, commands }: Program): string {
  const width = Math.max(...[...commands.keys()].map(({ length }) => length));
  const list = [...commands].map(([command, { summary }]) => `  ${command.padEnd(width)}  ${summary}`);
  return `${about}

Usage: ${name} COMMAND [options]

${list.join('\n')}

${name} COMMAND --help says more, ${name} --version which one this is.

${EXIT_CODES}
`;
}
