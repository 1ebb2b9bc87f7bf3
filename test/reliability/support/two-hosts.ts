import { execFileSync } from 'node:child_process';

/** Two hosts on this machine: two network namespaces with a cable (a veth pair) between them. */
export class TwoHosts {
  readonly addresses = ['10.213.7.1', '10.213.7.2'] as const;
  readonly #names = [`grapevine-${process.pid}-a`, `grapevine-${process.pid}-b`] as const;

  /** @returns why there can be none here (they need root, Linux and iproute2), or undefined */
  static whyNot(): string | undefined {
    const name = `grapevine-${process.pid}-try`;
    try {
      run('ip', 'netns', 'add', name);
      run('ip', 'netns', 'del', name);
      run('tc', '-V');
      return undefined;
    } catch (error) {
      return `can't make network namespaces: ${error instanceof Error ? error.message.trim() : String(error)}`;
    }
  }

  constructor() {
    const [a, b] = this.#names;
    run('ip', 'netns', 'add', a);
    run('ip', 'netns', 'add', b);
    run('ip', '-n', a, 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', b);
    for (const [i, name] of this.#names.entries()) {
      run('ip', '-n', name, 'addr', 'add', `${this.addresses[i]}/30`, 'dev', 'cable');
      run('ip', '-n', name, 'link', 'set', 'lo', 'up');
      run('ip', '-n', name, 'link', 'set', 'cable', 'up');
    }
  }

  /** The command that starts a program on one of them. */
  on(host: 0 | 1): readonly string[] {
    return ['ip', 'netns', 'exec', this.#names[host]];
  }

  /** Pulls the cable out, or plugs it in again. */
  plug(state: 'up' | 'down'): void {
    run('ip', '-n', this.#names[0], 'link', 'set', 'cable', state);
  }

  /** Limits the cable to so many kilobits a second in each direction. What waits for longer than `latencyMs` is lost. */
  narrow(kilobits: number, latencyMs: number): void {
    for (const name of this.#names) {
      const bucket = ['rate', `${kilobits}kbit`, 'burst', '16kb', 'latency', `${latencyMs}ms`];
      run('tc', '-n', name, 'qdisc', 'replace', 'dev', 'cable', 'root', 'tbf', ...bucket);
    }
  }

  close(): void {
    for (const name of this.#names) run('ip', 'netns', 'del', name);
  }
}

function run(file: string, ...args: readonly string[]): void {
  execFileSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
