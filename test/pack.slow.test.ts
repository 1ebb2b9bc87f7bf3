import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = readdirSync(join(root, 'packages'));
const manifest = (folder: string) => JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
const nameOf = new Map(folders.map((folder) => [folder, manifest(folder).name as string]));

let workshop: string;
const tarballs = new Map<string, string>();

function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  workshop = mkdtempSync(join(tmpdir(), 'grapevine-pack-'));
  for (const folder of folders) {
    const out = run('npm', ['pack', '--silent', '--pack-destination', workshop], join(root, 'packages', folder));
    tarballs.set(folder, join(workshop, out.trim().split('\n').at(-1) ?? ''));
  }
});
afterAll(() => rmSync(workshop, { recursive: true, force: true }));

/** A package and all of ours that it needs. */
function closure(folder: string): string[] {
  const needed = Object.keys(manifest(folder).dependencies ?? {});
  return [folder, ...folders.filter((other) => needed.includes(nameOf.get(other) ?? '')).flatMap(closure)];
}

/** The packages that a README's example imports. */
function imported(example: string): string[] {
  return folders.filter((folder) => example.includes(`'${nameOf.get(folder)}`));
}

describe.each(folders)('packages/%s', (folder) => {
  const readme = readFileSync(join(root, 'packages', folder, 'README.md'), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';

  test('installs from its tarball into an empty project, and the example of its README type-checks and runs there', () => {
    const project = join(workshop, `project-${folder}`);
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
    const ours = [...new Set([folder, ...imported(example)].flatMap(closure))];
    run('npm', ['install', '--no-audit', '--no-fund', ...ours.map((name) => tarballs.get(name) ?? '')], project);

    expect(example, 'the README has an example').not.toBe('');
    writeFileSync(join(project, 'example.ts'), example);
    const options = {
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      target: 'ES2022',
      lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
      strict: true,
    };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { ...options, types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
      }),
    );
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], project);
    const stdout = run(process.execPath, ['example.js'], project);
    expect(stdout).not.toBe('');
    for (const [, promised] of example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)) expect(stdout).toContain(promised);
  });
});

test('proto installs without any native module', () => {
  const project = join(workshop, 'project-proto');
  const native = readdirSync(join(project, 'node_modules'), { recursive: true }).filter((file) =>
    String(file).endsWith('.node'),
  );
  expect(native).toEqual([]);
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    '@grapevine',
    '@noble',
  ]);
});
