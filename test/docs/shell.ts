import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Block, type Page, root } from './pages.js';
import { folderOf, nameOf } from './programs.js';

/** Replaces commands of pages by those of this repository, so that nothing is installed or fetched. */
const SHIMS: Readonly<Record<string, string>> = {
  npm: `case "$1" in init) exit 0;; install) for name in "$@"; do case "$name" in install|--*) ;; @grapevine/cli|@grapevine/sim-cli) ;; @grapevine/*) test -f "${root}/packages/\${name#@grapevine/}/package.json" || { echo "no package $name" >&2; exit 1; };; *) echo "no package of ours: $name" >&2; exit 1;; esac; done;; run) test "$2" = build && exit 0; cd "${root}" && exec "$NPM" "$@";; *) echo "npm $1?" >&2; exit 1;; esac`,
  npx: `name="$1"; shift; case "$name" in @grapevine/cli) exec grapevine "$@";; @grapevine/sim-cli) exec grapevine-sim "$@";; *) echo "npx $name fetches what is not ours" >&2; exit 1;; esac`,
  grapevine: `exec node "${root}/node_modules/.bin/grapevine" "$@"`,
  'grapevine-sim': `exec node "${root}/node_modules/.bin/grapevine-sim" "$@"`,
};

/** A free port. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The terminal of a page, which runs its blocks one after the other in one folder. */
export class Terminal implements Disposable {
  readonly #folder: string;
  readonly #running: ChildProcess[] = [];
  readonly #ports = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #output = '';

  constructor(page: Page) {
    this.#folder = folderOf(page);
    const bin = join(this.#folder, '.bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(join(root, 'apps'), join(this.#folder, 'apps')); // as in a clone
    for (const [name, script] of Object.entries(SHIMS)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    }
  }

  /** Writes a block to the file that it names. */
  async write(block: Block): Promise<void> {
    const name = nameOf(block);
    if (name === undefined) throw new Error(`line ${block.line}: the first line of such a block names its file`);
    writeFileSync(join(this.#folder, name), await this.#localized(block.code));
  }

  /** Runs a block to its end, or until it has printed what its comment says. */
  async run(block: Block): Promise<void> {
    const began = this.#output.length;
    const child = spawn('bash', ['--norc', '-eo', 'pipefail', '-c', await this.#localized(block.code)], {
      cwd: this.#folder,
      env: this.#env(),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#running.push(child);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => this.#heard(String(chunk)));
    if (block.directive?.type === 'background') {
      await this.hears(block.directive.until, began);
      return;
    }
    child.stdin.end();
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`line ${block.line} ended with ${code}\n${block.code}${this.#output.slice(began)}`);
  }

  /** Waits until a program has printed a text. */
  async hears(text: string, since = 0): Promise<void> {
    const deadline = AbortSignal.timeout(30_000);
    while (!this.#output.slice(since).includes(text)) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.add(resolve);
        deadline.onabort = () => reject(new Error(`nobody printed ${JSON.stringify(text)}, but\n${this.#output}`));
      });
    }
    deadline.onabort = null;
  }

  [Symbol.dispose](): void {
    for (const { pid, exitCode } of this.#running) {
      if (pid === undefined || exitCode !== null) continue;
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }

  #heard(chunk: string): void {
    this.#output += chunk;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #env(): NodeJS.ProcessEnv {
    const { PATH, HOME } = process.env;
    const npm = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim();
    return {
      PATH: `${join(this.#folder, '.bin')}:${PATH}`,
      HOME,
      NPM: npm,
      XDG_STATE_HOME: join(this.#folder, 'state'),
    };
  }

  /** The code with the ticket that was printed last, and with free ports for those that it names. */
  async #localized(code: string): Promise<string> {
    const ticket = this.#output.match(/\b(?:room|endpoint)[a-z0-9]{40,}|(?<=ticket to join us: )\S+/g)?.at(-1);
    let localized = ticket === undefined ? code : code.replaceAll(/\bTICKET\b/g, ticket);
    for (const [, port = ''] of code.matchAll(/:(4433|94\d\d)\b/g)) {
      if (!this.#ports.has(port)) this.#ports.set(port, await freePort());
      localized = localized.replaceAll(`:${port}`, `:${this.#ports.get(port)}`);
    }
    return localized;
  }
}
