// `npm run lint`, `format`, `format:check`, `typecheck`: tools from node_modules, installed first where they are missing.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './lib/ensure.mjs';

const TASKS = {
  lint: [
    ['biome', 'lint', '--error-on-warnings'],
    ['eslint', '--max-warnings', '0', '.'],
  ],
  format: [['biome', 'format', '--write']],
  'format:check': [['biome', 'format']],
  // The build checks each package behind its wall; this adds the tests.
  typecheck: [['tsc', '-p', 'tsconfig.check.json']],
};

const [task = ''] = process.argv.slice(2);
ensureInstalled();
if (task === 'typecheck') ensureBuilt();
for (const [tool = '', ...args] of TASKS[task]) {
  const { status } = spawnSync(join(root, 'node_modules/.bin', tool), args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
