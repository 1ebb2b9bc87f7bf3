import { BENCH_HELP, bench } from './bench.js';
import { COMPARE_HELP, compare } from './compare.js';
import { MODES_HELP, modes } from './modes.js';
import { PAPERS_HELP, papers } from './papers.js';
import { PLOT_HELP, plot } from './plot.js';
import { RUN_HELP, run } from './run.js';

interface CliCommand {
  readonly summary: string;
  readonly help: string;
  run(args: string[]): void | Promise<void>;
}

export const COMMANDS: ReadonlyMap<string, CliCommand> = new Map<string, CliCommand>([
  ['run', { summary: 'run the scenarios of a TOML file', help: RUN_HELP, run }],
  ['compare', { summary: 'print how two folders of results differ', help: COMPARE_HELP, run: compare }],
  ['modes', { summary: 'print how the hardened mode differs from the reference', help: MODES_HELP, run: modes }],
  ['plot', { summary: 'draw the results in a folder', help: PLOT_HELP, run: plot }],
  [
    'papers',
    { summary: 'repeat the experiments of the HyParView and Plumtree papers', help: PAPERS_HELP, run: papers },
  ],
  ['bench', { summary: 'measure speed, memory and growth', help: BENCH_HELP, run: bench }],
]);

export const COMMAND_NAMES: readonly string[] = [...COMMANDS.keys()];

export const HELP = `Simulates whole iroh-gossip swarms: every node runs the real protocol, time and network are virtual, and a seed
decides everything.

Usage: grapevine-sim COMMAND [options]

${[...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`).join('\n')}

grapevine-sim COMMAND --help says more.

Exit code: 0 when done, 1 when something failed, 2 for bad input, 130 after Ctrl-C.`;
