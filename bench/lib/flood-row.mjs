// @ts-check
import { ensureGossipsub } from './gossipsub.mjs';
import { newIdentity } from './identity.mjs';
import { runProgram } from './program.mjs';
import { atMost, FLOOR, nothingLost, rowOfFigures, THROUGHPUT_COLUMNS } from './swarm-row.mjs';

const NODES = 10;
const OURS = 'ours';

/**
 * A row in which one of ten nodes in a process floods the others, beside gossipsub and the floor. Slower contenders publish less, because
 * the figures are for each delivery.
 *
 * @typedef {{ warmUp: number, messages: number }} Count
 * @param {{
 *   id: string, size: string, bytes: number,
 *   ours: Count,
 *   peers: Record<string, Count & { signed: boolean, atMost: number, what: string }>,
 * }} parts `atMost`: the share of the peer's CPU that ours may take
 */
export function floodRow({ id, size, bytes, ours, peers }) {
  const load = { nodes: NODES, bytes, perSecond: 0 };
  return rowOfFigures({
    id,
    question: `one of ten nodes in a process floods the others with ${size}`,
    unit: 'deliveries/s',
    value: 'perSecond',
    cpuUnit: 'µs CPU a delivery',
    cpu: 'cpuUs',
    columns: THROUGHPUT_COLUMNS,
    goals: [
      ...Object.entries(peers).map(([peer, { atMost: share, what }]) =>
        atMost({ ours: OURS, peer, figure: 'cpuUs', atMost: share, what }),
      ),
      nothingLost(OURS),
    ],
    prepare: () => ensureGossipsub(id),
    floor: FLOOR,
    contenders: {
      [OURS]: () => runProgram('swarm/grapevine.mjs', { ...load, ...ours }),
      [FLOOR]: async () =>
        runProgram('swarm/quic-floor.mjs', { identity: await newIdentity(), load: { ...load, ...ours } }),
      ...Object.fromEntries(
        Object.entries(peers).map(([peer, { warmUp, messages, signed }]) => [
          peer,
          () => runProgram('gossipsub/load.mjs', { ...load, warmUp, messages, signed }),
        ]),
      ),
    },
  });
}
