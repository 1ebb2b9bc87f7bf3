import type { Hash } from '@grapevine/proto';
import type { ChaCha12Rng } from './chacha12-rng.js';
import { Connections } from './connections.js';
import { Host } from './host.js';
import type { LatencyConfig } from './network-config.js';
import { Observation } from './observation.js';
import { Population } from './population.js';
import { Timeline } from './timeline.js';

/** The parts of a network. */
interface NetworkParts {
  readonly nodes: Population;
  readonly timeline: Timeline;
  readonly connections: Connections;
  readonly observation: Observation;
  /** Carries out the outputs of nodes, with the four others. */
  readonly host: Host;
}

/** Makes the parts of a network and connects them. */
export function networkParts({
  latency,
  rng,
  unreachableAfter,
  tellsLeaves,
  reconciles,
  hash,
}: {
  readonly latency: LatencyConfig;
  readonly rng: ChaCha12Rng;
  readonly unreachableAfter: number | undefined;
  readonly tellsLeaves: boolean;
  readonly reconciles: boolean;
  readonly hash: Hash;
}): NetworkParts {
  const nodes = new Population();
  const timeline = new Timeline();
  const observation = new Observation(hash);
  const connections = new Connections({
    latency,
    rng,
    timeline,
    // Hosts of hardened nodes tell a retired connection from a broken one.
    knowsRetired: (peer) => nodes.get(peer)?.config.mode === 'hardened',
  });
  const host = new Host({ nodes, timeline, connections, observation, unreachableAfter, tellsLeaves, reconciles });
  return { nodes, timeline, connections, observation, host };
}
