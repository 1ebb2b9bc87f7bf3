import { RustTopics } from './rust-topics.js';

/** Settings of a Rust node. What is left out is iroh-gossip's default. */
export interface RustNodeOptions {
  /** 64 hex digits; a fresh key without it. */
  readonly secretKey?: string;
  /** Default `127.0.0.1:0`. */
  readonly bind?: string;
  /** Largest frame body, at least 512. */
  readonly maxMessageSize?: number;
  readonly activeView?: number;
  readonly passiveView?: number;
  readonly shuffleMs?: number;
  readonly neighborTimeoutMs?: number;
  /** When a silent connection is given up: how soon a killed peer is noticed. */
  readonly idleTimeoutMs?: number;
  /** Contents of up to this many bytes come with their events. Default 64 KiB. */
  readonly showUpTo?: number;
}

/** The program's arguments for these settings. */
export function nodeArguments({ showUpTo = 65_536, ...options }: RustNodeOptions): string[] {
  const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.entries({ ...options, showUpTo }).map(([name, value]) => `--${kebab(name)}=${value}`);
}

/** A member of swarms on the published crates. */
export class RustNode extends RustTopics {
  constructor(options: RustNodeOptions) {
    super('node', nodeArguments(options));
  }

  get id(): string {
    return this.said('endpoint');
  }

  /** Its id and addresses as an endpoint ticket, for `parseTicket` and for other Rust processes. */
  get ticket(): string {
    return this.said('ticket');
  }

  /** Where it listens: `127.0.0.1:PORT`. */
  get addrs(): readonly string[] {
    return this.said('addrs');
  }

  /** Teaches it where peers are. */
  async addAddr(...tickets: readonly string[]): Promise<void> {
    await this.process.command('add-addr', ...tickets);
  }

  /** A ticket as the chat example writes it, with this node as the only peer. */
  async chatTicket(topic: string): Promise<string> {
    return (await this.process.command('chat-ticket', topic)).ticket as string;
  }
}
