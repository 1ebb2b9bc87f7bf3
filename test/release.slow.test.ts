import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Registry } from './release/registry.js';

const root = fileURLToPath(new URL('..', import.meta.url));
/** What is published: everything in the workspaces that is not private. */
const published = ['packages', 'apps', 'internal']
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)))
  .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) }))
  .filter(({ manifest }) => !manifest.private);
const names = published.map(({ manifest }) => manifest.name as string);

let workshop: string;
let clone: string;
let project: string;
let registry: Registry;

function run(command: string, args: string[], cwd: string): string {
  const env = {
    ...process.env,
    GRAPEVINE_BUILT: '1',
    // As npm writes them, because changesets look for that form.
    npm_config_userconfig: join(workshop, 'npmrc'),
    npm_config_registry: registry.url,
    // Everything is built, so `prepack` would do nothing. test/pack.slow.test.ts packs with it.
    npm_config_ignore_scripts: 'true',
    GIT_AUTHOR_NAME: 'rehearsal',
    GIT_AUTHOR_EMAIL: 'rehearsal@localhost',
    GIT_COMMITTER_NAME: 'rehearsal',
    GIT_COMMITTER_EMAIL: 'rehearsal@localhost',
  };
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', env });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** The project as it stands, built, in a repository of its own. */
function copyProject(): void {
  const files = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  }).stdout;
  for (const file of files.trim().split('\n')) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(root, file), join(clone, file), { preserveTimestamps: true });
  }
  const workspaces = ['packages', 'apps', 'internal'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name)),
  );
  for (const folder of workspaces) {
    const options = { recursive: true, preserveTimestamps: true };
    for (const name of readdirSync(join(root, folder))) {
      if (name === 'dist' || name === 'node_modules' || name.endsWith('.tsbuildinfo'))
        cpSync(join(root, folder, name), join(clone, folder, name), { ...options, verbatimSymlinks: true });
    }
  }
  spawnSync('cp', ['-al', join(root, 'node_modules'), join(clone, 'node_modules')]);
  run('git', ['init', '--quiet', '--initial-branch', 'main'], clone);
  run('git', ['add', '--all'], clone);
  run('git', ['commit', '--quiet', '--message', 'as it is'], clone);
}

const manifestIn = (folder: string) => JSON.parse(readFileSync(join(clone, folder, 'package.json'), 'utf8'));

/** The versions of our packages in the lockfile, beside those in their manifests. */
function versions(): { locked: (string | undefined)[]; manifests: string[] } {
  const lock = JSON.parse(readFileSync(join(clone, 'package-lock.json'), 'utf8'));
  return {
    locked: published.map(({ folder }) => lock.packages[folder.replaceAll('\\', '/')]?.version),
    manifests: published.map(({ folder }) => manifestIn(folder).version),
  };
}

beforeAll(async () => {
  workshop = mkdtempSync(join(tmpdir(), 'grapevine-release-'));
  clone = join(workshop, 'clone');
  project = join(workshop, 'project');
  mkdirSync(clone);
  mkdirSync(project);
  registry = await Registry.start(join(workshop, 'registry'));
  writeFileSync(join(workshop, 'npmrc'), registry.npmrc());
  copyProject();
});
afterAll(() => {
  registry?.stop();
  rmSync(workshop, { recursive: true, force: true });
});

test('a release publishes every package with its changelog, keeps the lockfile in step, and tags', () => {
  run(process.execPath, ['scripts/release.mjs', '--without-checks'], clone);

  const { locked, manifests } = versions();
  expect(locked).toEqual(manifests);
  expect(run('git', ['status', '--porcelain'], clone)).toBe('');
  const tags = run('git', ['tag'], clone);
  for (const { folder, manifest } of published) {
    expect(tags).toContain(`${manifest.name}@${manifestIn(folder).version}`);
    expect(readFileSync(join(clone, folder, 'CHANGELOG.md'), 'utf8')).toContain(manifestIn(folder).version);
  }
});

test('all packages install from the registry into an empty project', () => {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  run('npm', ['install', ...names], project);
  for (const name of names) expect(readdirSync(join(project, 'node_modules', name))).toContain('CHANGELOG.md');
  expect(run('npx', ['--no-install', 'grapevine', '--help'], project)).toContain('Usage: grapevine');
});

test.each(published.filter(({ folder }) => folder.startsWith('packages')))(
  'the examples of the README of $folder run there',
  ({ manifest }) => {
    const readme = readFileSync(join(project, 'node_modules', manifest.name, 'README.md'), 'utf8');
    const examples = [...readme.matchAll(/\n```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
    expect(examples.length).toBeGreaterThan(0);
    for (const [i, example] of examples.entries()) {
      const name = `example${manifest.name.replaceAll(/\W/g, '-')}-${i}.mjs`;
      const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
      writeFileSync(join(project, name), ts.transpileModule(example, { compilerOptions }).outputText);
      expect(run(process.execPath, [name], project)).not.toBe('');
    }
  },
);

test('the next release publishes what has changed, and a project gets the upgrade', () => {
  const before = manifestIn('packages/postcard').version;
  writeFileSync(join(clone, '.changeset/rehearsal.md'), "---\n'@grapevine/postcard': patch\n---\n\nA rehearsal.\n");
  run('git', ['add', '--all'], clone);
  run('git', ['commit', '--quiet', '--message', 'a change'], clone);
  run(process.execPath, ['scripts/release.mjs', '--without-checks'], clone);

  const after = manifestIn('packages/postcard').version;
  expect(after).not.toBe(before);
  const { locked, manifests } = versions();
  expect(locked).toEqual(manifests);
  expect(run('git', ['tag'], clone)).toContain(`@grapevine/postcard@${after}`);

  run('npm', ['update', ...names], project);
  const installed = JSON.parse(readFileSync(join(project, 'node_modules/@grapevine/postcard/package.json'), 'utf8'));
  expect(installed.version).toBe(after);
  const changelog = readFileSync(join(project, 'node_modules/@grapevine/postcard/CHANGELOG.md'), 'utf8');
  expect(changelog).toContain('A rehearsal.');
});
