import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './pages.js';

/** Commands that measure for minutes, or run tiers of tests. CI runs them by themselves. Here only their options are checked. */
const MEASURING = /^(npm (test|start|run (?:\S+))|npx @grapevine\/sim-cli (?!--)|bash \.ci\/run)\b/;
const SCRIPT = /^npm (?:run )?(\S+)/;

/** Whether a block has only such commands. */
export function onlyMeasures(code: string): boolean {
  return commandsOf(code).every((command) => MEASURING.test(command));
}

/** The commands of a block, without comments. */
export function commandsOf(code: string): string[] {
  return code
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

const helps = new Map<string, string>();

/** The output of a command's `--help`. */
function helpOf(args: readonly string[]): string {
  const key = args.join(' ');
  const known = helps.get(key);
  if (known !== undefined) return known;
  const { stdout } = spawnSync(process.execPath, [...args, '--help'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, GRAPEVINE_BUILT: '1' },
    timeout: 30_000,
  });
  helps.set(key, stdout);
  return stdout;
}

/** What is wrong with such a command: a script that does not exist, or an option that its help does not have. */
export function wrongWith(command: string, scripts: Readonly<Record<string, string>>): string | undefined {
  const options = [...command.matchAll(/\s(--[a-z][a-z-]+)/g)].map(([, option = '']) => option);
  if (command.includes('@grapevine/sim-cli')) {
    const [, verb = ''] = /sim-cli (\S+)/.exec(command) ?? [];
    const help = helpOf([join(root, 'node_modules/.bin/grapevine-sim'), verb]);
    return options.find((option) => !help.includes(option));
  }
  if (!command.startsWith('npm')) return undefined;
  const [, name = ''] = SCRIPT.exec(command) ?? [];
  const script = scripts[name];
  if (script === undefined) return `there is no npm run ${name}`;
  if (options.length === 0) return undefined;
  const help = helpOf(script.split(' ').slice(1));
  return options.find((option) => !help.includes(option));
}
