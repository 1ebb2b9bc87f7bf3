import { nodeArguments, type RustNodeOptions } from './rust-node.js';
import { RustTopics } from './rust-topics.js';

/** A node on the published crates that irpc clients can control, besides the commands of a node. */
export class RustRpcServer extends RustTopics {
  constructor(options: RustNodeOptions & { readonly alpn: string }) {
    const { alpn, ...node } = options;
    super('rpc-serve', [`--alpn=${alpn}`, ...nodeArguments(node)]);
  }

  get id(): string {
    return this.said('endpoint');
  }

  /** The node's own ticket, for peers of the swarm. */
  get ticket(): string {
    return this.said('ticket');
  }

  /** Where the remote control listens: `127.0.0.1:PORT`. */
  get rpcAddr(): string {
    return this.said('rpcAddr');
  }

  /** The certificate to pin: DER in hex, self-signed, for the name `localhost`. */
  get certificate(): string {
    return this.said('certificate');
  }

  /** Teaches it where peers are. */
  async addAddr(...tickets: readonly string[]): Promise<void> {
    await this.process.command('add-addr', ...tickets);
  }
}

/** The crate's own irpc client, which controls a server remotely. Peers must be known to the server; only ids travel. */
export class RustRpcClient extends RustTopics {
  /** @param options - `cert` is the server's certificate, DER in hex, valid for the name `localhost` and no CA's. */
  constructor(options: { readonly addr: string; readonly alpn: string; readonly cert: string }) {
    const { addr, alpn, cert } = options;
    super('rpc-client', [`--addr=${addr}`, `--alpn=${alpn}`, `--cert=${cert}`, '--show-up-to=65536']);
  }
}
