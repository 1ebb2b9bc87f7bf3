// `npm run check:packages`: packages are fit to be published, and the pure ones are pure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './lib/arguments.mjs';
import { ensureBuilt, root } from './lib/ensure.mjs';
import { manifestOf, published } from './lib/published.mjs';

readArguments(`Packs every package and command that is published, and checks the tarballs: fields, files, licences, types, and imports
that package.json does not declare. Checks besides that the sources of the pure packages see no types of Node or the DOM.

Usage: npm run check:packages

Exit code: 0 when every check passed, 1 when one failed, 2 for bad input.`);

/** Packages that must run anywhere: their sources must not see the types of Node or the DOM. */
const PURE = ['packages/postcard', 'packages/proto', 'packages/sim'];

let failed = 0;
function check(what, passed, output) {
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'} ${what}\n`);
  if (passed) return;
  failed++;
  process.stdout.write(`${output}\n`);
}

function run(args, cwd = root) {
  const [command, ...rest] = args;
  const { status, stdout, stderr } = spawnSync(command, rest, { cwd, encoding: 'utf8' });
  return { ok: status === 0, output: `${stdout}${stderr}` };
}

const tool = (name) => join(root, 'node_modules/.bin', name);

ensureBuilt();
const packs = join(root, '.cache/packs');
rmSync(packs, { recursive: true, force: true });
mkdirSync(packs, { recursive: true });

for (const folder of published) {
  const cwd = join(root, folder);
  const { name, license, repository, sideEffects, files, exports, bin = {} } = manifestOf(folder);
  const isCommand = exports['.'] === undefined;
  check(`${name}: fields`, license && repository?.url && sideEffects !== undefined && files, 'some are missing');
  const undeclared = undeclaredImports(cwd);
  check(`${name}: declares what it imports`, undeclared.length === 0, undeclared.join('\n'));
  const packed = run(['npm', 'pack', '--silent', '--pack-destination', packs], cwd);
  check(`${name}: npm pack`, packed.ok, packed.output);
  if (!packed.ok) continue;
  const tarball = join(
    packs,
    packed.output
      .trim()
      .split('\n')
      .findLast((line) => line.endsWith('.tgz')) ?? '',
  );
  const contents = run(['tar', '-tzf', tarball]).output.split('\n');
  const entries = isCommand
    ? ['dist/cli.js', 'src/cli.ts', ...Object.values(bin).map((file) => file.slice('./'.length))]
    : ['dist/index.js', 'dist/index.d.ts', 'src/index.ts'];
  const needed = ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', ...entries];
  if (existsSync(join(cwd, 'CHANGELOG.md'))) needed.push('CHANGELOG.md');
  const missing = needed.filter((file) => !contents.includes(`package/${file}`));
  check(
    `${name}: README, licence texts and build in the tarball`,
    missing.length === 0,
    `missing: ${missing.join(', ')}`,
  );
  const lint = run([tool('publint'), 'run', '--strict', tarball]);
  check(`${name}: publint`, lint.ok, lint.output);
  if (!isCommand) {
    const types = run([tool('attw'), tarball, '--profile', 'esm-only', '--no-color']);
    check(`${name}: attw`, types.ok, types.output);
  }
  if (!PURE.includes(folder)) continue;
  const config = JSON.parse(run([tool('tsc'), '--showConfig'], cwd).output).compilerOptions;
  check(
    `${name}: no types of Node or the DOM`,
    config.types?.length === 0 &&
      config.lib.every((lib) => /^es(2023|next\.disposable)$/i.test(lib)) &&
      !escapes(join(cwd, 'src')),
    `types ${JSON.stringify(config.types)}, lib ${JSON.stringify(config.lib)}, ${escapes(join(cwd, 'src')) ?? ''}`,
  );
}

/** Packages that sources import and package.json does not declare. What only tests use may come from the root. */
function undeclaredImports(cwd) {
  const { name: self, ...manifest } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));
  const declared = [self, ...['dependencies', 'peerDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {}))];
  const found = new Set();
  for (const file of readdirSync(join(cwd, 'src'), { recursive: true }).filter((each) => each.endsWith('.ts'))) {
    if (file.startsWith('compliance')) continue;
    const source = readFileSync(join(cwd, 'src', file), 'utf8');
    for (const [, specifier] of source.matchAll(/^(?:import|export|}) .*from '([^']+)';$/gm)) {
      const [scope = '', rest = ''] = specifier?.split('/') ?? [];
      if (/^(\.|#|node:)/.test(specifier ?? '.')) continue;
      const imported = scope.startsWith('@') ? `${scope}/${rest}` : scope;
      if (!declared.includes(imported)) found.add(`${imported} in src/${file}`);
    }
  }
  return [...found];
}

/** The first source that brings in types of Node or the DOM around the settings of the compiler. */
function escapes(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .find((file) => /\/\/\/\s*<reference|declare global|globalThis/.test(readFileSync(join(folder, file), 'utf8')));
}

process.stdout.write(failed === 0 ? 'all packages are well-formed\n' : `${failed} checks failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
