import { useRunning } from './running.js';
import { TsNode, type TsNodeOptions } from './ts-node.js';

/** Starts TypeScript nodes, each in a process of its own, as `useRustPeers` starts Rust ones. */
export function useTsPeers() {
  const running = useRunning();
  return {
    /** A member of swarms over iroh; ready when the call resolves. */
    node: async (options: TsNodeOptions = {}): Promise<TsNode> => {
      const node = new TsNode(options);
      running.add(node.process);
      await node.untilReady();
      return node;
    },
  };
}
