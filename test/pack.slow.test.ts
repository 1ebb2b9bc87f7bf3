import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = readdirSync(join(root, 'packages'));
const manifest = (folder: string) => JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
const nameOf = new Map(folders.map((folder) => [folder, manifest(folder).name as string]));

let workshop: string;
const tarballs = new Map<string, string>();

/** Programs at once: most of the time they wait for the registry or the disk, and CI has two cores. */
const AT_ONCE = 3;
let running = 0;
const waiting: (() => void)[] = [];

/** What a program prints. @throws Error with all that it has said when it fails */
async function run(command: string, args: string[], cwd: string): Promise<string> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return (await promisify(execFile)(command, args, { cwd, encoding: 'utf8' })).stdout;
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: unknown };
    throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** Packs the package in a folder. @returns the tarball */
async function pack(folder: string): Promise<string> {
  const out = await run('npm', ['pack', '--silent', '--pack-destination', workshop], folder);
  return join(workshop, out.trim().split('\n').at(-1) ?? '');
}

/** A project of somebody else, with these packages from their tarballs, or from the registry. */
async function install(name: string, manifest: object, packages: readonly string[]): Promise<string> {
  const project = join(workshop, `project-${name}`);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'stranger', private: true, ...manifest }));
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], project);
  return project;
}

beforeAll(async () => {
  workshop = mkdtempSync(join(tmpdir(), 'grapevine-pack-'));
  await Promise.all(folders.map(async (folder) => tarballs.set(folder, await pack(join(root, 'packages', folder)))));
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

const exampleOf = (folder: string): string =>
  /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'packages', folder, 'README.md'), 'utf8'))?.[1] ?? '';

/** Projects with a package, and whatever its example imports. */
const projects = new Map<string, Promise<string>>();
function projectOf(folder: string): Promise<string> {
  const known = projects.get(folder);
  if (known) return known;
  const ours = [...new Set([folder, ...imported(exampleOf(folder))].flatMap(closure))];
  const project = install(
    folder,
    { type: 'module' },
    ours.map((name) => tarballs.get(name) ?? ''),
  );
  projects.set(folder, project);
  return project;
}

describe.concurrent('each package installs from its tarball into an empty project, and the example of its README type-checks and runs there', () => {
  test.each(folders)('packages/%s', async (folder) => {
    const example = exampleOf(folder);
    expect(example, 'the README has an example').not.toBe('');
    const project = await projectOf(folder);
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
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], project);
    const stdout = await run(process.execPath, ['example.js'], project);
    expect(stdout).not.toBe('');
    for (const [, promised] of example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)) expect(stdout).toContain(promised);
  });
});

describe.concurrent('the commands', () => {
  const manifestAt = (path: string) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));

  /** What commands need of ours besides the packages. */
  const BESIDE = new Map([
    ['@grapevine/cli-kit', 'internal/cli-kit'],
    ['@grapevine/web-chat', 'apps/web'],
  ]);
  const dependenciesOf = (path: string): string[] => Object.keys(manifestAt(path).dependencies);

  const packed = new Map<string, Promise<string>>();
  /** Packing builds, and a build must not find that of another half done: each is packed once, after the one that others are built with. */
  async function packOnce(path: string): Promise<string> {
    const cliKit = BESIDE.get('@grapevine/cli-kit') as string;
    if (path !== cliKit) await packOnce(cliKit);
    const tarball = packed.get(path) ?? pack(join(root, path));
    packed.set(path, tarball);
    return tarball;
  }

  /** Installs a command from its tarball into an empty project. */
  async function installCommand(path: string): Promise<string> {
    const paths = [path, ...dependenciesOf(path).flatMap((name) => BESIDE.get(name) ?? [])];
    const own = await Promise.all(paths.map(packOnce));
    const needed = paths.flatMap(dependenciesOf);
    const ours = folders.filter((folder) => needed.includes(nameOf.get(folder) ?? '')).flatMap(closure);
    return install(path.replace('/', '-'), {}, [...own, ...new Set(ours.map((name) => tarballs.get(name) ?? ''))]);
  }

  test('npx @grapevine/cli keeps a node up, controls it, and ends it', async () => {
    const project = await installCommand('apps/node');
    const npx = (...args: string[]) =>
      run('npx', ['--no-install', '@grapevine/cli', ...args, '--data', 'data'], project);
    const settings = ['--data', 'data', '--bind', '127.0.0.1:0', '--rpc', '127.0.0.1:0', '--topic', 'room'];
    const node = spawn('npx', ['--no-install', '@grapevine/cli', 'run', ...settings], { cwd: project, stdio: 'pipe' });
    const exited = once(node, 'exit');
    for await (const line of createInterface({ input: node.stdout })) if (JSON.parse(line).msg === 'up') break;
    node.stdout.resume();
    expect(await npx('ticket', 'room')).toMatch(/^room[a-z2-7]+\n$/);
    expect(await npx('topics')).toMatch(/^[0-9a-f]{64} {2}0 neighbors\n$/);
    expect(await npx('stop')).toBe('ended\n');
    expect(await exited).toEqual([0, null]);
    expect(existsSync(join(project, 'node_modules/@grapevine/cli/deploy/grapevine.service'))).toBe(true);
  });

  test('npx @grapevine/sim-cli simulates one of its scenarios', async () => {
    const project = await installCommand('apps/sim');
    const scenario = join(project, 'node_modules/@grapevine/sim-cli/scenarios/defaults.toml');
    await run('npx', ['--no-install', '@grapevine/sim-cli', 'run', scenario, '--out', 'results'], project);
    expect(readdirSync(join(project, 'results')).some((file) => file.endsWith('.results.json'))).toBe(true);
  });
});

/** A program of somebody who checks everything: all packages, options that may be undefined, contents for the web platform. */
const STRICT_PROGRAM = `
import { Gossip, type BindOptions, type BroadcastOptions, type FlushResult, type GossipEvent, type TopicStatus, type GossipOptions, type TopicOptions, topicIdFrom, formatTicket } from '@grapevine/api';
import { IrohEndpoint, type IrohEndpointOptions } from '@grapevine/iroh';
import { MdnsPeerSource, type MdnsOptions } from '@grapevine/mdns';
import { gossipMetrics, serveMetrics } from '@grapevine/metrics';
import type { SubscribeOptions } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { Endpoint, type EndpointOptions, Router } from '@grapevine/net/quic';
import { struct, u8 } from '@grapevine/postcard';
import { type PartialConfig, State } from '@grapevine/proto';
import { connectRpc, serveRpc } from '@grapevine/rpc';
import { Simulator } from '@grapevine/sim';
import { WebEndpoint } from '@grapevine/web';

export async function main(options: EndpointOptions, more: GossipOptions, bootstrap: string[] | undefined): Promise<Blob[]> {
  const endpoint = await Endpoint.bind(options);
  const gossip = Gossip.spawn(endpoint, { ...more, metrics: gossipMetrics() });
  const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  const topic = await gossip.subscribe(topicIdFrom('x'), { bootstrap: bootstrap ?? [formatTicket(endpoint.addr())] });
  await gossip.subscribe(topicIdFrom('y'), { bootstrap });
  const blobs: Blob[] = [];
  for await (const event of topic) {
    const each: GossipEvent = event;
    if (each.type === 'received') blobs.push(new Blob([each.content]));
  }
  await router.shutdown();
  const node = await Gossip.bind({ address: '127.0.0.1:0', advertise: ['192.0.2.1'], protocols: {} });
  const room = await node.subscribe(node.roomTicket(topicIdFrom('x')), { bootstrap: node.ticket() });
  for await (const { content, missed } of room.messages({ signal: AbortSignal.timeout(1) })) blobs.push(new Blob([content, String(missed)]));
  for await (const { type, peer } of room.membership()) console.log(type, peer);
  for await (const status of room.status()) print(status);
  const flushed: FlushResult = await room.flush();
  console.log(flushed.kept + flushed.lost.length, room.isJoined);
  await node[Symbol.asyncDispose]();
  return blobs;
}

function print(status: TopicStatus): void {
  if (status.type === 'joined') console.log(status.neighbors.length);
}

type Given<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };
export const bind = (given: Given<BindOptions>): BindOptions => given;
export const broadcast = (given: Given<BroadcastOptions>): BroadcastOptions => given;
export const config = (given: Given<PartialConfig>): PartialConfig => given;
export const gossip = (given: Given<GossipOptions>): GossipOptions => given;
export const iroh = (given: Given<IrohEndpointOptions>): IrohEndpointOptions => given;
export const mdns = (given: Given<MdnsOptions>): MdnsOptions => given;
export const quic = (given: Given<EndpointOptions>): EndpointOptions => given;
export const subscribe = (given: Given<SubscribeOptions>): SubscribeOptions => given;
export const topic = (given: Given<TopicOptions>): TopicOptions => given;
export { connectRpc, IrohEndpoint, MdnsPeerSource, MemoryNetwork, serveMetrics, serveRpc, Simulator, State, struct, u8, WebEndpoint };
`;

describe.concurrent('the types, with everything checked and without the DOM', () => {
  const COMPILERS = ['~5.4.0', '~5.7.0', '~5.9.0', 'latest'];
  let project: string;

  beforeAll(async () => {
    const compilers = COMPILERS.map((version, index) => `compiler-${index}@npm:typescript@${version}`);
    project = await install('types', { type: 'module' }, [...tarballs.values(), '@types/node@20', ...compilers]);
    writeFileSync(join(project, 'use.ts'), STRICT_PROGRAM);
  });

  test.each(
    COMPILERS.flatMap((version, index) => [
      { version, index, module: 'nodenext', moduleResolution: 'nodenext' },
      { version, index, module: 'esnext', moduleResolution: 'bundler' },
    ]),
  )('TypeScript $version, $moduleResolution', async ({ version, index, module, moduleResolution }) => {
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2022', lib: ['es2023', 'esnext.disposable'], types: ['node'] },
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
      noEmit: true,
    };
    const name = `tsconfig.${version}.${moduleResolution}.json`;
    writeFileSync(join(project, name), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    await run(process.execPath, [`node_modules/compiler-${index}/bin/tsc`, '-p', name], project);
  });
});

describe.concurrent('weight', () => {
  /** Bytes of a folder's files. */
  const sizeOf = (folder: string): number =>
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

  test('api and net bring at most 20 packages and 10 MB', async () => {
    const ours = new Set(closure('api').map((name) => tarballs.get(name) ?? ''));
    const project = await install('weight', { type: 'module' }, [...ours]);
    const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as { packages: object };
    const installed = Object.keys(lock.packages).filter((path) => path !== '' && existsSync(join(project, path)));
    const bytes = sizeOf(join(project, 'node_modules'));
    const scripts = readdirSync(join(project, 'node_modules/@grapevine'), { recursive: true, encoding: 'utf8' });
    expect(scripts.filter((file) => file.endsWith('.js')).length, 'few files: they are bundles').toBeLessThan(80);
    console.log(`api and net: ${installed.length} packages, ${(bytes / 1e6).toFixed(1)} MB`);
    expect(installed.length).toBeLessThanOrEqual(20);
    expect(bytes).toBeLessThanOrEqual(10e6);
  });

  /** The README's program as it stands, and with the other kernels: of leaves, and of mode `reference` alone. */
  test.each([
    ['State', '@grapevine/proto', 29_500],
    ['LeafState', '@grapevine/proto/leaf', 24_000],
    ['ReferenceState', '@grapevine/proto/reference', 15_200],
  ])(
    'proto, as its README imports it, with %s of %s, is at most %i bytes in a bundle',
    async (kernel, entry, bound) => {
      const { build } = await import('esbuild');
      const example = exampleOf('proto');
      const contents =
        kernel === 'State'
          ? example
          : `import { ${kernel} as State } from '${entry}';\n${example.replace(/\bState, (?=seededRng)/, '')}`;
      const { outputFiles } = await build({
        stdin: { contents, loader: 'ts', resolveDir: await projectOf('proto') },
        ...{
          bundle: true,
          minify: true,
          format: 'esm',
          platform: 'neutral',
          mainFields: ['module', 'main'],
          write: false,
        },
      });
      const size = gzipSync(outputFiles[0]?.contents ?? '').length;
      console.log(`proto with ${kernel}: ${(size / 1e3).toFixed(1)} kB gzip`);
      expect(size).toBeGreaterThan(1_000);
      expect(size).toBeLessThanOrEqual(bound);
    },
  );
});

test('proto installs without any native module', async () => {
  const project = await projectOf('proto');
  const native = readdirSync(join(project, 'node_modules'), { recursive: true }).filter((file) =>
    String(file).endsWith('.node'),
  );
  expect(native).toEqual([]);
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@grapevine']);
});
