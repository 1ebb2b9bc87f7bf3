import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Installs the registry into a folder, where it is missing. */
function ensureVerdaccio(): void {
  if (existsSync(join(here, 'node_modules/.package-lock.json'))) return;
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: here,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm could not install verdaccio\n${stderr}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The configuration of the registry. It has our own packages, and passes on all others from npm's registry. */
const configOf = (uplink: string) => `
storage: ./storage
uplinks:
  npm:
    url: ${uplink}
    cache: false
packages:
  '@grapevine/*':
    access: $all
    publish: $all
    unpublish: $all
  '**':
    access: $all
    proxy: npm
log: { type: stdout, format: pretty, level: warn }
`;

/** An npm registry on this machine. */
export class Registry {
  private constructor(
    readonly url: string,
    readonly process: ChildProcess,
  ) {}

  static async start(folder: string): Promise<Registry> {
    ensureVerdaccio();
    mkdirSync(folder, { recursive: true });
    const uplink = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim();
    const config = join(folder, 'config.yaml');
    writeFileSync(config, configOf(uplink));
    const port = await freePort();
    const verdaccio = join(here, 'node_modules/verdaccio/bin/verdaccio');
    const child = spawn(process.execPath, [verdaccio, '--config', config, '--listen', `127.0.0.1:${port}`], {
      cwd: folder,
      stdio: 'ignore',
    });
    const url = `http://127.0.0.1:${port}`;
    for (let attempt = 0; attempt < 300; attempt++) {
      const isUp = await fetch(`${url}/-/ping`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isUp) return new Registry(url, child);
      if (child.exitCode !== null) break;
      await sleep(100);
    }
    child.kill('SIGKILL');
    throw new Error('verdaccio did not start');
  }

  /** The settings with which npm uses it and may publish. It takes any token. */
  npmrc(): string {
    return `registry=${this.url}\n//${new URL(this.url).host}/:_authToken=rehearsal\naudit=false\nfund=false\n`;
  }

  stop(): void {
    this.process.kill('SIGKILL');
  }
}
