// `npm run interop:fuzz`: the kernel's reference mode beside the published Rust crate, on everything that can happen to a node.
// `npm run interop:fuzz -- --help` says more. Needs cargo; says so and does nothing where it is missing.
import { buildProgram, hasCargo } from './lib/cargo.mjs';
import { ensureBuilt } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

const args = process.argv.slice(2);
const asksForHelp = args.includes('--help');
if (!asksForHelp && !hasCargo()) {
  process.stdout.write('skipped: the differential fuzz, because cargo is not installed\n');
  process.exit(0);
}
ensureBuilt();
const program = asksForHelp ? [] : ['--program', buildProgram('fuzz')];
execNode(['internal/interop-fuzz/dist/cli.js', ...program, ...args]);
