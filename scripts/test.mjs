// `npm test`: the ordinary tests. `npm run test:slow`: the longer tier. `npm run test:long`: properties, many times and with new seeds. What follows `--` goes to vitest, e.g. a path.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, root } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

const args = process.argv.slice(2);
const at = args.indexOf('--tier');
const [, tier = 'ordinary'] = at === -1 ? [] : args.splice(at, 2);

ensureBuilt();
mkdirSync(join(root, '.cache'), { recursive: true });
const report = ['--reporter=default', '--reporter=json', `--outputFile.json=.cache/tests-${tier}.json`];
execNode(['node_modules/vitest/vitest.mjs', 'run', ...report, ...args], { GRAPEVINE_TIER: tier });
