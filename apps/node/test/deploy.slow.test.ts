import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { topicIdFrom } from '@grapevine/api';
import { describe, expect, test } from 'vitest';
import { missingProgram } from '../../../test/support/debian.js';
import { runSettings } from '../src/settings/run-settings.js';
import { TemporaryFolder } from './node-process.js';

const deploy = fileURLToPath(new URL('../deploy/', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));
const noSystemd = missingProgram('systemd-analyze', 'systemd');

describe.skipIf(noSystemd !== undefined)(`the systemd unit (${noSystemd ?? 'systemd-analyze'})`, () => {
  test('is one that systemd understands without a complaint', () => {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', `${deploy}grapevine.service`], {
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });

  test('starts a command that reads the settings beside it', () => {
    const unit = readFileSync(`${deploy}grapevine.service`, 'utf8');
    const command = /^ExecStart=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? [];
    expect(command.slice(0, 3)).toEqual(['/usr/bin/env', 'grapevine', 'run']);
    const args = command.slice(3).map((part) => part.replace('/etc/grapevine/', deploy));
    expect(runSettings(args, { GRAPEVINE_DATA: '/var/lib/grapevine' })).toMatchObject({
      data: '/var/lib/grapevine',
      rooms: [{ topic: topicIdFrom('my-room'), peers: [] }],
      http: { host: '127.0.0.1', port: 9464 },
      control: { address: { host: '127.0.0.1', port: 9465 } },
    });
  });
});

// No engine here can build an image, so this carries out the steps of the Dockerfile in folders instead of layers.
describe('the Dockerfile', () => {
  test('builds a node that runs without what only building needs', async () => {
    using folder = new TemporaryFolder();
    const stages = stagesOf(readFileSync(`${deploy}Dockerfile`, 'utf8'));
    expect(stages.map(({ name }) => name)).toEqual(['build', undefined]);
    const image = build(stages, folder.path);

    expect(existsSync(join(image.root, 'app/node_modules/typescript'))).toBe(false);
    expect(existsSync(join(image.root, 'app/node_modules/pino'))).toBe(true);
    const [program = '', ...args] = image.entrypoint.map((part) => part.replace(/^\//, `${image.root}/`));
    const env = {
      ...process.env,
      ...image.env,
      GRAPEVINE_DATA: join(image.root, 'data'),
      GRAPEVINE_BIND: '127.0.0.1:0',
      GRAPEVINE_METRICS: '127.0.0.1:0',
      GRAPEVINE_RPC: '127.0.0.1:0',
    };
    const node = spawn(program, [...args, '--topic', 'my-room'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const lines = createInterface({ input: node.stdout });
      for await (const line of lines) if (JSON.parse(line).msg === 'up') break;
      const controlled = { ...env, GRAPEVINE_RPC: '' }; // by its folder
      expect(execFileSync(program, ['topics'], { env: controlled, encoding: 'utf8' })).toContain(
        topicIdFrom('my-room'),
      );
      node.kill(image.stopSignal as NodeJS.Signals);
      expect(await once(node, 'exit')).toEqual([0, null]);
    } finally {
      node.kill('SIGKILL');
    }
  });
});

interface Stage {
  readonly name: string | undefined;
  readonly steps: readonly (readonly [instruction: string, argument: string])[];
}

interface Image {
  readonly root: string;
  workdir: string;
  entrypoint: string[];
  stopSignal: string;
  readonly env: Record<string, string>;
}

function stagesOf(text: string): Stage[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const stages: { name: string | undefined; steps: [string, string][] }[] = [];
  for (const line of lines) {
    const [, instruction = '', argument = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (instruction === 'FROM') stages.push({ name: / AS (\S+)$/.exec(argument)?.[1], steps: [] });
    else stages.at(-1)?.steps.push([instruction, argument]);
  }
  return stages;
}

/** @returns the last stage */
function build(stages: readonly Stage[], folder: string): Image {
  const images = new Map<string | undefined, Image>();
  for (const [index, { name, steps }] of stages.entries()) {
    const image: Image = {
      root: join(folder, `${index}`),
      workdir: '/',
      entrypoint: [],
      stopSignal: 'SIGTERM',
      env: {},
    };
    mkdirSync(image.root);
    images.set(name, image);
    for (const [instruction, argument] of steps) carryOut(image, images, instruction, argument);
  }
  return images.get(stages.at(-1)?.name) as Image;
}

function carryOut(
  image: Image,
  images: ReadonlyMap<string | undefined, Image>,
  instruction: string,
  argument: string,
): void {
  const inside = (path: string) => join(image.root, path.startsWith('/') ? path : join(image.workdir, path));
  switch (instruction) {
    case 'WORKDIR':
      image.workdir = argument;
      mkdirSync(inside('.'), { recursive: true });
      break;
    case 'COPY': {
      const [, from, source = '', target = ''] = /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(argument) ?? [];
      if (from === undefined) copyContext(inside(target));
      else copy(join((images.get(from) as Image).root, source), inside(target));
      break;
    }
    case 'RUN':
      if (argument.includes('chown')) mkdirSync(inside('/data'));
      else if (argument.startsWith('ln -s ')) link(image, argument);
      else execFileSync('sh', ['-c', argument], { cwd: inside('.'), stdio: 'pipe' });
      break;
    case 'ENV':
      for (const [, name, value] of argument.matchAll(/(\S+?)=(\S+)/g)) image.env[name as string] = value as string;
      break;
    case 'ENTRYPOINT':
      image.entrypoint = JSON.parse(argument);
      break;
    case 'STOPSIGNAL':
      image.stopSignal = argument;
      break;
    case 'USER':
    case 'VOLUME':
    case 'EXPOSE':
    case 'HEALTHCHECK':
      break; // nothing that a folder could do
    default:
      throw new Error(`the Dockerfile has an instruction that this test does not know: ${instruction}`);
  }
}

/** A link to an absolute path, inside the image. */
function link(image: Image, argument: string): void {
  const [, , target = '', path = ''] = argument.split(' ');
  mkdirSync(join(image.root, dirname(path)), { recursive: true });
  symlinkSync(join(image.root, target), join(image.root, path));
}

/** A folder's content goes into the target, a file too when the target ends like a folder. */
function copy(source: string, target: string): void {
  const isInto = target.endsWith('/') && !statSync(source).isDirectory();
  cpSync(source, isInto ? join(target, basename(source)) : target, { recursive: true, verbatimSymlinks: true });
}

/** `COPY . .`: what git knows of, which .dockerignore may not have more of. */
function copyContext(target: string): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of files.split('\0')) {
    if (file !== '' && existsSync(join(root, file))) cpSync(join(root, file), join(target, file));
  }
}
