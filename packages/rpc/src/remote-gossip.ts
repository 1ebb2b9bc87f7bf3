import { GossipApi } from '@grapevine/api';
import { aSignal, checkOptions } from '@grapevine/net/transport';
import { type RpcClientOptions, type RpcServerAddr, resolveClientOptions } from './client-options.js';
import type { NodeControl } from './node-control.js';
import { RemoteService } from './remote-service.js';

/**
 * A gossip node in another process, with the API of one in this process.
 *
 * The protocol of a Rust server has neither reasons nor numbers: `neighborDown` and `lagged` have the reason `unknown`, and `lagged` has
 * `missed: 1`. When the connection is lost, readers get `ConnectionClosedError`; subscribing again dials again.
 */
export class RemoteGossip extends GossipApi implements AsyncDisposable {
  /** What only Grapevine servers do. */
  readonly control: NodeControl;
  readonly #service: RemoteService;

  /** @internal */
  constructor(service: RemoteService) {
    super(service);
    this.#service = service;
    this.control = service.control;
  }

  /**
   * Waits until the server has handled everything that this client has sent, however long it takes. Broadcasts are then in the node's
   * queues.
   *
   * @returns how many commands the node did not carry out (too large, or no neighbor); undefined if the server can't tell, such as a
   *   Rust one
   * @throws ConnectionClosedError when the connection was lost before; GossipClosedError when the node was shut down; the signal's reason
   *
   * @example
   * ```ts
   * for (const line of lines) await topic.broadcast(line);
   * if ((await remote.flush()) !== 0) console.warn('not all of them are on their way');
   * ```
   */
  async flush(options: { readonly signal?: AbortSignal } = {}): Promise<number | undefined> {
    checkOptions('flush', options, { signal: aSignal });
    return this.#service.flush(options.signal);
  }

  /**
   * Ends the topics of this client and its connections, once the server has everything that was sent (at most 2 s). The node keeps running.
   */
  close(): Promise<void> {
    return this.#service.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Connects to a gossip node in another process: one served by {@link serveRpc}, or by iroh-gossip in Rust. Dials with the first call.
 *
 * @throws ParseError, TypeError, RangeError for what it is given
 *
 * @example
 * ```ts
 * await using gossip = connectRpc({ address: '127.0.0.1:4433', certificate });
 * await using topic = await gossip.subscribe(topicIdFrom('my-room'));
 * ```
 */
export function connectRpc(server: RpcServerAddr, options: RpcClientOptions = {}): RemoteGossip {
  return new RemoteGossip(new RemoteService(resolveClientOptions(server, options)));
}
