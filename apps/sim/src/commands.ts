import type { CliCommand } from '@grapevine/cli-kit';
import { BENCH_HELP, bench } from './bench.js';
import { COMPARE_HELP, compare } from './compare.js';
import { LATENCY_HELP, latency } from './latency.js';
import { MODES_HELP, modes } from './modes.js';
import { PAPERS_HELP, papers } from './papers.js';
import { PLOT_HELP, plot } from './plot.js';
import { RUN_HELP, run } from './run.js';

export const COMMANDS: ReadonlyMap<string, CliCommand> = new Map<string, CliCommand>([
  ['run', { summary: 'run the scenarios of a TOML file', help: RUN_HELP, run }],
  ['compare', { summary: 'print how two folders of results differ', help: COMPARE_HELP, run: compare }],
  ['modes', { summary: 'print how the hardened mode differs from the reference', help: MODES_HELP, run: modes }],
  ['latency', { summary: 'print how late payloads are when many publish at once', help: LATENCY_HELP, run: latency }],
  ['plot', { summary: 'draw the results in a folder', help: PLOT_HELP, run: plot }],
  [
    'papers',
    { summary: 'repeat the experiments of the HyParView and Plumtree papers', help: PAPERS_HELP, run: papers },
  ],
  ['bench', { summary: 'measure speed, memory and growth', help: BENCH_HELP, run: bench }],
]);
