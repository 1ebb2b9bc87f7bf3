// @ts-check
import { startProcesses } from '../swarm/processes.mjs';
import { byTurns } from './rounds.mjs';
import { buildRustPeer } from './rust-peer.mjs';
import { atMost, FLOOR, nothingLost, rowOfFigures, THROUGHPUT_COLUMNS } from './swarm-row.mjs';

const NODES = 10;
const [OURS, RUST, BARE] = ['ours', 'iroh-gossip 0.101', 'bare datagrams in Node'];

/**
 * A row in which each of ten nodes is a process, beside the Rust crate, the floor and bare datagrams.
 *
 * @param {{
 *   id: string, question: string,
 *   load: { warmUp: number, messages: number, bytes: number, pauseMs: number },
 *   mostCpu: number, what: string, rounds?: number,
 * }} parts `mostCpu`: how many times the crate's CPU ours may take
 */
export function processRow({ id, question, load, mostCpu, what, rounds }) {
  /** @param {'ours' | 'rust' | 'quic' | 'bare'} kind */
  async function run(kind) {
    const swarm = await startProcesses(kind, NODES);
    const figures = await swarm.measure(load);
    await swarm.stop();
    return figures;
  }
  return rowOfFigures({
    id,
    question: `${question}: CPU a delivery (smaller is better)`,
    unit: 'µs',
    value: 'cpuUs',
    cpuUnit: 'µs CPU a delivery',
    cpu: 'cpuUs',
    columns: THROUGHPUT_COLUMNS,
    goals: [atMost({ ours: OURS, peer: RUST, figure: 'cpuUs', atMost: mostCpu, what }), nothingLost(OURS)],
    prepare: () => buildRustPeer(id),
    floor: FLOOR,
    measure: (row, contenders) => byTurns(row, contenders, rounds),
    contenders: {
      [OURS]: () => run('ours'),
      [RUST]: () => run('rust'),
      [FLOOR]: () => run('quic'),
      // In a flood half of the datagrams are lost, because nothing limits how many are sent.
      ...(load.pauseMs > 0 && { [BARE]: () => run('bare') }),
    },
  });
}
