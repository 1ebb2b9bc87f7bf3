// `npm run lint`, `format`, `format:check`, `typecheck`: tools from node_modules, installed first where they are missing.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readArguments } from './lib/arguments.mjs';
import { ensureBuilt, ensureInstalled, root } from './lib/ensure.mjs';

const TASKS = {
  lint: {
    what: 'Runs the linters, biome and eslint, over the repository. A warning is an error.',
    commands: [
      ['biome', 'lint', '--error-on-warnings'],
      ['eslint', '--max-warnings', '0', '.'],
    ],
  },
  format: { what: 'Formats every file with biome.', commands: [['biome', 'format', '--write']] },
  'format:check': { what: 'Fails when a file is not formatted as biome does it.', commands: [['biome', 'format']] },
  typecheck: {
    // The build checks the sources of each package on their own.
    what: 'Builds the packages, and checks the types of sources and tests.',
    commands: [['tsc', '-p', 'tsconfig.check.json']],
  },
};

const [task = '', ...given] = process.argv.slice(2);
const { what, commands } = TASKS[task];
readArguments(`${what}\n\nUsage: npm run ${task}`, { args: given });
ensureInstalled();
if (task === 'typecheck') ensureBuilt();
for (const [tool = '', ...args] of commands) {
  const { status } = spawnSync(join(root, 'node_modules/.bin', tool), args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
