import type { PartialConfig } from '@grapevine/proto';
import { ChaCha12Rng, MILLISECOND, memoHash, Network } from '@grapevine/sim';

/** One hop of a message. The papers count hops; time only has to pass evenly. */
export const HOP = MILLISECOND;
/** Hops between two joins: a forward join walks 6, the rest is the answer that a neighbor request gets. */
const JOIN_HOPS = 10;
/** A cycle must be longer than all joins together, so that nobody shuffles before the last has joined. */
const CYCLE_HOPS_PER_NODE = 12;
/** And long enough for 1,000 messages before its end. */
const MIN_CYCLE = 12_000 * HOP;
/** Cycles for which the ids of payloads are remembered: nothing may be announced to somebody who has forgotten it. */
const ID_CYCLES = 4;

/** The cycles that both papers let pass before they measure. */
const SETTLE_CYCLES = 50;

export interface PaperSwarmOptions {
  readonly nodes: number;
  readonly seed: number;
}

/**
 * The swarm of both papers' experiments: nodes that have joined one by one through a single contact. The sizes of views and
 * the lengths of walks are the kernel's defaults, which are the papers'. Every node shuffles once in a cycle, at a time of
 * its own.
 */
export class PaperSwarm {
  readonly network: Network;
  readonly hash = memoHash();
  /** In nanoseconds. */
  readonly cycle: number;
  /** Chooses senders and victims; not the network's own generator. */
  readonly rng: ChaCha12Rng;
  readonly #nodes: number;

  constructor({ nodes, seed }: PaperSwarmOptions) {
    this.#nodes = nodes;
    this.cycle = Math.max(MIN_CYCLE, nodes * CYCLE_HOPS_PER_NODE * HOP);
    this.rng = ChaCha12Rng.seedFromU64(seed + 1_000_000);
    this.network = new Network({
      rng: ChaCha12Rng.seedFromU64(seed),
      hash: this.hash,
      config: {
        latency: { type: 'static', latency: HOP },
        proto: protoConfig(this.cycle),
        // A call to a dead node fails after a hop, as with the papers' TCP.
        unreachableAfter: HOP,
      },
    });
  }

  /** Lets everybody join, and the overlay settle for 50 cycles. */
  settle(onProgress: (share: number) => void): void {
    for (let peer = 0; peer < this.#nodes; peer++) {
      this.network.insertAndJoin(peer, peer === 0 ? [] : [0]);
      this.network.runTrips(JOIN_HOPS);
      if (peer % 100 === 0) onProgress((0.2 * peer) / this.#nodes);
    }
    for (let cycle = 0; cycle < SETTLE_CYCLES; cycle++) {
      this.network.runFor(this.cycle);
      onProgress(0.2 + (0.8 * (cycle + 1)) / SETTLE_CYCLES);
    }
  }

  /** @throws RangeError when nobody is left */
  randomPeer(): number {
    const peer = this.rng.choose(this.network.peers());
    if (peer === undefined) throw new RangeError('there are no nodes left');
    return peer;
  }
}

function protoConfig(cycle: number): PartialConfig {
  return {
    membership: { shuffleInterval: cycle },
    broadcast: {
      dispatchTimeout: 1, // announcements leave at once, one message for each payload, as the papers count them
      messageCacheRetention: cycle,
      messageIdRetention: ID_CYCLES * cycle,
      cacheEvictInterval: cycle,
    },
  };
}
