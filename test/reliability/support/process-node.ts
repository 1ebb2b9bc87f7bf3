import { SecretKey } from '@grapevine/net';
import { afterEach } from 'vitest';
import { type PeerLine, PeerProcess } from '../../interop/peer-process.js';
import type { Ledger, Reader } from './ledger.js';
import { program } from './program.js';
import { until } from './until.js';

/** Settings of a node in a process of its own. */
export interface ProcessNodeOptions {
  /** Its name in failures. */
  readonly name: string;
  /** The account of its messages. Default: a new one. A process that is started again has a new one, too. */
  readonly reader?: Reader;
  /** 64 hex digits. Default: a random key. */
  readonly secretKey?: string;
  /** Default `127.0.0.1:0`. */
  readonly bind?: string;
  readonly idleTimeoutMs?: number;
  /** How long payloads are kept; their ids are remembered three times as long, as by default. */
  readonly cacheMs?: number;
  /** Drops what came to its socket while the process was stopped, as a sleeping machine does. */
  readonly deafWhileStopped?: boolean;
  /** A command that starts the program, such as `nice`, `-n`, `15`. */
  readonly prefix?: readonly string[];
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
}

/** A neighbor that a node in another process got or lost. */
export interface RemoteMembership {
  readonly event: 'neighborUp' | 'neighborDown';
  readonly peer: string;
  readonly reason?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A `lagged` event of a node in another process. */
export interface RemoteLagged {
  readonly missed: number;
  readonly reason: string;
}

/** A key for a node that will be started twice. */
export const newKey = () => SecretKey.generate().toHex();

/** A member of a swarm in a process of its own. */
export class ProcessNode {
  readonly name: string;
  readonly process: PeerProcess;
  readonly reader: Reader;
  readonly membership: RemoteMembership[] = [];
  readonly lagged: RemoteLagged[] = [];
  /** When each message was received, in milliseconds since 1970. */
  readonly receivedAt = new Map<number, number>();
  readonly #ledger: Ledger;
  #ready: PeerLine | undefined;

  constructor(ledger: Ledger, options: ProcessNodeOptions) {
    this.name = options.name;
    this.#ledger = ledger;
    this.reader = options.reader ?? ledger.reader(options.name);
    const args = Object.entries({
      'secret-key': options.secretKey,
      bind: options.bind,
      'idle-timeout-ms': options.idleTimeoutMs,
      'cache-ms': options.cacheMs,
    }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
    if (options.deafWhileStopped) args.push('--deaf-while-stopped');
    const [file, ...words] = [
      ...(options.prefix ?? []),
      process.execPath,
      ...(options.nodeFlags ?? []),
      program('main'),
      ...args,
    ];
    this.process = new PeerProcess({ label: options.name, file: file as string, args: words }, (line) =>
      this.#note(line),
    );
  }

  get id(): string {
    return this.#said('endpoint');
  }

  get ticket(): string {
    return this.#said('ticket');
  }

  /** `HOST:PORT` where it listens. */
  get address(): string {
    return this.#said('address');
  }

  async untilReady(): Promise<this> {
    await this.process.until('its ready line', () => this.#ready);
    return this;
  }

  async join(...tickets: readonly string[]): Promise<this> {
    await this.process.command('join', ...tickets);
    return this;
  }

  async untilJoined(timeoutMs = 20_000): Promise<this> {
    await this.process.until(
      'a neighbor',
      () => this.membership.some(({ event }) => event === 'neighborUp'),
      timeoutMs,
    );
    return this;
  }

  /** Publishes messages; resolves when all are queued. @returns the number of the first */
  async publish(count = 1, { size = 64, pauseMs = 0, timeoutMs = 60_000 } = {}): Promise<number> {
    const first = this.#ledger.enter(this.reader, count);
    await this.process.request(`publish ${first} ${count} ${size} ${pauseMs}`, timeoutMs);
    return first;
  }

  async untilReceived(number: number, timeoutMs = 20_000): Promise<number> {
    return await until(`message ${number} at ${this.name}`, () => this.reader.has(number), timeoutMs);
  }

  #said(field: string): string {
    if (!this.#ready) throw new Error(`${this.name} is not ready, so its ${field} is not known`);
    return this.#ready[field] as string;
  }

  #note(line: PeerLine): void {
    switch (line.event) {
      case 'ready':
        this.#ready = line;
        return;
      case 'neighborUp':
      case 'neighborDown':
        this.membership.push(line as unknown as RemoteMembership);
        return;
      case 'lagged':
        this.lagged.push(line as unknown as RemoteLagged);
        this.reader.tell(String(line.reason), line.missed as number);
        return;
      case 'received':
        for (const number of line.numbers as number[]) {
          this.reader.receive(number);
          this.receivedAt.set(number, line.at as number);
        }
    }
  }
}

/** Starts nodes in processes of their own. After each test it kills those that still run. */
export function useProcesses() {
  const running = new Set<PeerProcess>();
  afterEach(async () => {
    await Promise.all([...running].map((process) => process.kill()));
    running.clear();
  });
  return {
    start: async (ledger: Ledger, options: ProcessNodeOptions): Promise<ProcessNode> => {
      const node = new ProcessNode(ledger, options);
      running.add(node.process);
      return await node.untilReady();
    },
  };
}
