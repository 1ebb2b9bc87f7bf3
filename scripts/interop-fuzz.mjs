// `npm run interop:fuzz`: random events go through the kernel's reference mode and the published Rust crate, and every output is
// compared. `npm run interop:fuzz -- --help` says more. Needs cargo; without it, prints so and does nothing.
import { buildProgram, hasCargo } from './lib/cargo.mjs';
import { ensureBuilt } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

const args = process.argv.slice(2);
ensureBuilt();
const { parseOptions } = await import('../internal/interop-fuzz/dist/options.js');
// The command itself answers --help and bad input, and needs no Rust program for that.
const isRun = asksForRun();
if (isRun && !hasCargo()) {
  process.stdout.write('skipped: the differential fuzz, because cargo is not installed\n');
  process.exit(0);
}
const program = isRun ? ['--program', buildProgram('fuzz')] : [];
execNode(['internal/interop-fuzz/dist/cli.js', ...program, ...args]);

function asksForRun() {
  try {
    return parseOptions(args) !== undefined;
  } catch {
    return false;
  }
}
