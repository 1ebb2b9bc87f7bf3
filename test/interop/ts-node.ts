import { nodeArguments, PeerNode, type PeerNodeOptions } from './peer-node.js';
import { tsPeer } from './ts-program.js';

/** Settings of a TypeScript node. */
export interface TsNodeOptions extends PeerNodeOptions {
  /** How long a dial may take, and so how long a dead peer may occupy a free place in the view. Default 10,000. */
  readonly dialTimeoutMs?: number;
  /** Whether it advertises its address. Default true. */
  readonly shareAddresses?: boolean;
}

/** The views of a node in a topic. */
export interface Views {
  readonly active: readonly string[];
  readonly passive: readonly string[];
}

/** A member of swarms on our packages, over iroh. */
export class TsNode extends PeerNode {
  constructor(options: TsNodeOptions) {
    super(tsPeer(nodeArguments(options)));
  }

  async views(topic: string): Promise<Views> {
    const { active, passive } = await this.process.command('views', topic);
    return { active, passive } as Views;
  }

  /** How many topics wait for a stream to a peer, because it allows no more. */
  async waitingStreams(id: string): Promise<number> {
    return (await this.process.command('waiting-streams', id)).count as number;
  }

  /** How many connections it has with a peer; 0 if it knows nothing of it. */
  async connections(id: string): Promise<number> {
    return (await this.process.command('connections', id)).count as number;
  }
}
