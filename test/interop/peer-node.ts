import { PeerTopics } from './peer-topics.js';

/** Settings of a node. What is left out is the default of iroh-gossip or of our own packages. */
export interface PeerNodeOptions {
  /** 64 hex digits. Default: a random key. */
  readonly secretKey?: string;
  /** Default `127.0.0.1:0`. */
  readonly bind?: string;
  /** Largest frame body, at least 512. */
  readonly maxMessageSize?: number;
  readonly activeView?: number;
  readonly passiveView?: number;
  readonly shuffleMs?: number;
  readonly neighborTimeoutMs?: number;
  /** When a silent connection is closed, and a killed peer noticed. A TypeScript node can't go below 7,000. */
  readonly idleTimeoutMs?: number;
  /** Contents of up to this many bytes come with their events. Default 64 KiB. */
  readonly showUpTo?: number;
}

/** The program's arguments for these settings. */
export function nodeArguments({ showUpTo = 65_536, ...options }: PeerNodeOptions): string[] {
  const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.entries({ ...options, showUpTo }).map(([name, value]) => `--${kebab(name)}=${value}`);
}

/** A member of swarms in a process of its own, in either language. */
export class PeerNode extends PeerTopics {
  get id(): string {
    return this.said('endpoint');
  }

  /** Its id and addresses as an endpoint ticket, for `parseTicket` and for other processes. */
  get ticket(): string {
    return this.said('ticket');
  }

  /** Where it listens: `127.0.0.1:PORT`. */
  get addrs(): readonly string[] {
    return this.said('addrs');
  }

  /** Tells it the addresses of peers. */
  async addAddr(...tickets: readonly string[]): Promise<void> {
    await this.process.command('add-addr', ...tickets);
  }

  /** The addresses of a peer that it knows. A Rust node knows only those of peers that it has dialed or accepted. */
  async known(id: string): Promise<readonly string[]> {
    return (await this.process.command('known', id)).addrs as string[];
  }
}
