// @ts-check
import { StallError, startProcesses } from '../swarm/processes.mjs';
import { byTurns } from './rounds.mjs';
import { buildRustPeer } from './rust-peer.mjs';
import { atMost, FLOOR, nothingLost, rowOfFigures, THROUGHPUT_COLUMNS } from './swarm-row.mjs';

const NODES = 10;
const MOST_TRIES = 3;
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
    try {
      return await swarm.measure(load);
    } finally {
      await swarm.stop();
    }
  }

  /** Floods of the crate stand still for ever once in some runs: those runs don't count. */
  async function runRust(tries = MOST_TRIES) {
    try {
      return await run('rust');
    } catch (error) {
      if (!(error instanceof StallError) || tries === 1) throw error;
      process.stderr.write(`  ${id}: ${RUST} stands still (${error.message}); once more …\n`);
      return runRust(tries - 1);
    }
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
      [RUST]: () => runRust(),
      [FLOOR]: () => run('quic'),
      // In a flood half of the datagrams are lost, because nothing limits how many are sent.
      ...(load.pauseMs > 0 && { [BARE]: () => run('bare') }),
    },
  });
}
