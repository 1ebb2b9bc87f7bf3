// `npm run interop`: builds the Rust programs of interop/peer and interop/fuzz and runs the tests that talk to them. `npm run
// interop:slow`: the longer ones. What follows `--` goes to vitest. Needs cargo; says so and does nothing where it is missing.
import { buildProgram, hasCargo } from './lib/cargo.mjs';
import { ensureInstalled } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

if (!hasCargo()) {
  process.stdout.write('skipped: the tests against Rust peers, because cargo is not installed\n');
  process.exit(0);
}

ensureInstalled();
process.stderr.write('building the Rust programs (minutes the first time) …\n');
buildProgram('peer');
buildProgram('fuzz');
execNode(['scripts/test.mjs', ...process.argv.slice(2)]);
