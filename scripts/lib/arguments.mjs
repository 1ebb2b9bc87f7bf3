import { parseArgs } from 'node:util';

/**
 * Prints the usage of a script whose other arguments go to vitest, when `--help` is among them, and ends this process.
 *
 * @param {string} usage as `readArguments` has it
 */
export function answerHelp(usage) {
  if (!process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) return;
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}

/**
 * The arguments of a script. Every script reads them before it installs, builds or starts anything: `--help` prints the usage and ends
 * this process with 0; an argument that the usage does not name ends it with 2.
 *
 * @param {string} usage what the script does, a line that begins with `Usage:`, and its options
 * @param {import('node:util').ParseArgsConfig} config what it takes besides `--help`, as Node's `parseArgs` is told
 */
export function readArguments(usage, { options = {}, ...config } = {}) {
  const fail = (/** @type {string} */ problem) => {
    const [, name] = /^Usage: (?:npm |bash )?(?:run )?(\S+)/m.exec(usage) ?? [];
    process.stderr.write(`${name}: ${problem} (see --help)\n`);
    process.exit(2);
  };
  try {
    const { values, positionals } = parseArgs({
      ...config,
      options: { ...options, help: { type: 'boolean', short: 'h', default: false } },
    });
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    return { values, positionals, fail };
  } catch (error) {
    const [problem = ''] = /** @type {Error} */ (error).message.split(/\.\s/); // what follows is advice
    return fail(
      problem.replace(
        /^(Unknown option|Unexpected argument) '(.*)'/,
        (_, what, name) => `${what.toLowerCase()} "${name}"`,
      ),
    );
  }
}
