import { nodeArguments, PeerNode, type PeerNodeOptions } from './peer-node.js';
import { rustPeer } from './rust-program.js';

/** A member of swarms on the published crates. */
export class RustNode extends PeerNode {
  constructor(options: PeerNodeOptions) {
    super(rustPeer('node', nodeArguments(options)));
  }

  /** A ticket as the chat example writes it, with this node as the only peer. */
  async chatTicket(topic: string): Promise<string> {
    return (await this.process.command('chat-ticket', topic)).ticket as string;
  }
}
