import { Gossip, type GossipEvent } from '@grapevine/api';
import { type Logger, Router } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { afterEach } from 'vitest';
import {
  connectRpc,
  type RemoteGossip,
  type RpcClientOptions,
  type RpcServer,
  type RpcServerOptions,
  serveRpc,
} from '../src/index.js';
import { RawClient } from './raw-client.js';

/** Nodes, servers and clients of a test, freed after it in the opposite order. */
export function useNodes() {
  const open: (() => Promise<unknown>)[] = [];
  let network = new MemoryNetwork();
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
    network = new MemoryNetwork();
  });

  function node() {
    const endpoint = network.endpoint();
    const gossip = Gossip.spawn(endpoint, { dialBackoffMinMs: 20 });
    const router = new Router(endpoint).accept(gossip.alpn, gossip).spawn();
    open.push(() => router.shutdown());
    return { endpoint, gossip };
  }

  async function serve(gossip: Gossip, options?: RpcServerOptions): Promise<RpcServer> {
    const server = await serveRpc(gossip, options);
    open.push(() => server.shutdown());
    return server;
  }

  function connect(server: RpcServer, options: RpcClientOptions = {}): RemoteGossip {
    const { address, certificate, id, addr } = server;
    const to =
      certificate && !options.secretKey ? { address, certificate } : { id, addrs: [{ type: 'ip' as const, addr }] };
    const remote = connectRpc(to, options);
    open.push(() => remote.close());
    return remote;
  }

  async function raw(server: RpcServer, options?: Parameters<typeof RawClient.connect>[1]): Promise<RawClient> {
    const client = await RawClient.connect(server, options);
    open.push(() => client.close());
    return client;
  }

  return { node, serve, connect, raw, onEnd: (close: () => Promise<unknown>) => open.push(close) };
}

export async function next<T extends GossipEvent['type']>(events: AsyncIterable<GossipEvent>, type: T) {
  for await (const event of events) if (event.type === type) return event as GossipEvent & { readonly type: T };
  throw new Error(`the topic ended before ${type}`);
}

export const text = (content: Uint8Array) => Buffer.from(content).toString();

/** A logger that records its lines. */
export function recorder() {
  const said: string[] = [];
  const note = (_: object, message: string) => void said.push(message);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  return { said, logger };
}
