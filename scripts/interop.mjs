// `npm run interop` and `npm run interop:slow`: builds the Rust programs of interop/peer and interop/fuzz, and runs the tests that
// talk to them.
import { answerHelp } from './lib/arguments.mjs';
import { buildProgram, hasCargo } from './lib/cargo.mjs';
import { ensureInstalled } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

const [, tier] = process.argv.slice(2); // package.json gives --tier
const name = tier === 'interop-slow' ? 'interop:slow' : 'interop';
answerHelp(`Builds the Rust programs of interop/peer and interop/fuzz, and runs ${tier === 'interop-slow' ? 'the slow' : 'the ordinary'} tests that talk to them.

Usage: npm run ${name} -- [PATH…] [options of vitest]

  PATH    a part of the tests, such as test/interop (default: all)
  --help  this text

Needs cargo; without it, prints so and does nothing.`);

if (!hasCargo()) {
  process.stdout.write('skipped: the tests against Rust peers, because cargo is not installed\n');
  process.exit(0);
}

ensureInstalled();
process.stderr.write('building the Rust programs (minutes the first time) …\n');
buildProgram('peer');
buildProgram('fuzz');
execNode(['scripts/test.mjs', ...process.argv.slice(2)]);
