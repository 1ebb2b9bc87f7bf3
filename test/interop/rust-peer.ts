import type { PeerNodeOptions } from './peer-node.js';
import type { PeerTopics } from './peer-topics.js';
import { useRunning } from './running.js';
import { RustChat } from './rust-chat.js';
import { RustNode } from './rust-node.js';
import { RustRpcClient, RustRpcServer } from './rust-rpc.js';

/**
 * Starts Rust processes for the tests of a file, and kills after each test those that still run. Each is ready when the call resolves.
 *
 * @example
 * ```ts
 * const rust = useRustPeers();
 *
 * test('two nodes meet', async () => {
 *   const [a, b] = await Promise.all([rust.node(), rust.node({ activeView: 3 })]);
 *   await a.join(topic);
 *   await b.join(topic, a.ticket);
 *   await b.untilNeighbors(topic, a.id);
 *   await a.broadcast(topic, 'hello');
 *   await b.untilContent(topic, 'hello');
 *   await a.process.kill(); // a crash; quit() tells the neighbors
 *   await b.untilNotNeighbor(topic, a.id);
 * });
 * ```
 *
 * `useTsPeers` does the same for TypeScript nodes, which take the same commands. A node in the test's own process joins with
 * `a.ticket` as bootstrap; a Rust one joins it with `b.join(topic, formatTicket(endpoint.addr()))`. `Tally` and `payload` of tally.ts
 * are the TypeScript side of `received` and `broadcastMany`. For everything else there are `a.process.command(…)` and
 * `a.process.until('what', () => …)`.
 */
export function useRustPeers() {
  const running = useRunning();

  async function ready<T extends PeerTopics>(peer: T): Promise<T> {
    running.add(peer.process);
    return await peer.untilReady();
  }

  return {
    /** A member of swarms. */
    node: (options: PeerNodeOptions = {}) => ready(new RustNode(options)),
    /** A member of swarms that serves the remote control. */
    rpcServer: (options: PeerNodeOptions & { readonly alpn: string }) => ready(new RustRpcServer(options)),
    /** A remote control; connects with its first command. */
    rpcClient: (options: { readonly addr: string; readonly alpn: string; readonly cert: string }) =>
      ready(new RustRpcClient(options)),
    /** A member of a chat room. @param args - options and then `open [TOPIC]` or `join TICKET` */
    chat: (...args: readonly string[]) => RustChat.start(args, (process) => running.add(process)),
  };
}
