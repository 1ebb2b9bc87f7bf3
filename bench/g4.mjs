// @ts-check
// G4: what does a delivery cost at 100 payloads a second when each node is a process, beside the Rust crate?
import { buildRustPeer } from './lib/rust-peer.mjs';
import { atMost, DELIVERY_COLUMNS, nothingLost, rowOfFigures } from './lib/swarm-row.mjs';
import { startProcesses } from './swarm/processes.mjs';

const NODES = 10;
/** Half a minute goes by until all code is compiled at this rate: the first ten seconds cost nearly twice as much. */
const load = { warmUp: 3_000, messages: 1_000, bytes: 1024, pauseMs: 10 };
const [ours, rust, bare] = ['ours', 'iroh-gossip 0.101', 'bare datagrams in Node'];

/** @param {'ours' | 'rust' | 'bare'} kind */
async function run(kind) {
  const swarm = await startProcesses(kind, NODES);
  const figures = await swarm.measure(load);
  await swarm.stop();
  return figures;
}

export const row = rowOfFigures({
  id: 'G4',
  question: 'ten processes, one publishes 100 payloads of 1 kB a second: CPU a delivery (smaller is better)',
  unit: 'µs',
  value: 'cpuUs',
  cpuUnit: 'µs CPU a delivery',
  cpu: 'cpuUs',
  columns: DELIVERY_COLUMNS.filter(({ figure }) => !figure.startsWith('p5') && !figure.startsWith('p9')),
  goals: [atMost({ ours, peer: rust, figure: 'cpuUs', atMost: 1, what: "CPU <= the Rust crate's" }), nothingLost(ours)],
  prepare: () => buildRustPeer('G4'),
  contenders: { [ours]: () => run('ours'), [rust]: () => run('rust'), [bare]: () => run('bare') },
});
