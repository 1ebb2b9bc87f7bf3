// `npm test`, `npm run test:slow`, `npm run test:parallel`, `npm run test:long`: a tier of the tests. scripts/interop.mjs runs the other tiers.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { answerHelp } from './lib/arguments.mjs';
import { ensureBuilt, root } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

const args = process.argv.slice(2);
const at = args.indexOf('--tier');
const [, tier = 'ordinary'] = at === -1 ? [] : args.splice(at, 2);
const [usage, what] = {
  slow: ['npm run test:slow', 'the slow tests: real delays, packing, browsers, the pages of the documentation'],
  parallel: ['npm run test:parallel', 'the slow tests that measure neither delays nor CPU, several at once'],
  long: ['npm run test:long', 'the properties of codecs, kernel and simulator, many times and with new seeds'],
}[tier] ?? ['npm test', 'the ordinary tests'];
answerHelp(`Runs ${what}.

Usage: ${usage} -- [PATH…] [options of vitest]

  PATH    a part of the tests, such as packages/net (default: all)
  --help  this text`);

ensureBuilt();
mkdirSync(join(root, '.cache'), { recursive: true });
const report = ['--reporter=default', '--reporter=json', `--outputFile.json=.cache/tests-${tier}.json`];
execNode(['node_modules/vitest/vitest.mjs', 'run', ...report, ...args], { GRAPEVINE_TIER: tier });
