import { nodeArguments, PeerNode, type PeerNodeOptions } from './peer-node.js';
import { PeerTopics } from './peer-topics.js';
import { rustPeer } from './rust-program.js';

/** A node on the published crates that irpc clients can control, besides the commands of a node. */
export class RustRpcServer extends PeerNode {
  constructor(options: PeerNodeOptions & { readonly alpn: string }) {
    const { alpn, ...node } = options;
    super(rustPeer('rpc-serve', [`--alpn=${alpn}`, ...nodeArguments(node)]));
  }

  /** Where the remote control listens: `127.0.0.1:PORT`. */
  get rpcAddr(): string {
    return this.said('rpcAddr');
  }

  /** The certificate to pin: DER in hex, self-signed, for the name `localhost`. */
  get certificate(): string {
    return this.said('certificate');
  }
}

/** The crate's own irpc client, which controls a server remotely. Peers must be known to the server; only ids travel. */
export class RustRpcClient extends PeerTopics {
  /** @param options - `cert` is the server's certificate, DER in hex, valid for the name `localhost` and no CA's. */
  constructor(options: { readonly addr: string; readonly alpn: string; readonly cert: string }) {
    const { addr, alpn, cert } = options;
    super(rustPeer('rpc-client', [`--addr=${addr}`, `--alpn=${alpn}`, `--cert=${cert}`, '--show-up-to=65536']));
  }
}
