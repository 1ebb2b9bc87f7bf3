// `npm run interop:fuzz`: the kernel's reference mode beside the published Rust crate, on everything that can happen to a node.
// `npm run interop:fuzz -- --help` says more. Needs cargo; says so and does nothing where it is missing.
import { buildProgram, hasCargo } from './lib/cargo.mjs';
import { ensureBuilt } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

if (!hasCargo()) {
  process.stdout.write('skipped: the differential fuzz, because cargo is not installed\n');
  process.exit(0);
}
ensureBuilt();
const program = buildProgram('fuzz');
execNode(['internal/interop-fuzz/dist/cli.js', '--program', program, ...process.argv.slice(2)]);
