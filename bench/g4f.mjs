// @ts-check
// G4f: what does a delivery cost in a flood when each node is a process, beside the Rust crate?
import { buildRustPeer } from './lib/rust-peer.mjs';
import { atMost, DELIVERY_COLUMNS, nothingLost, rowOfFigures } from './lib/swarm-row.mjs';
import { startProcesses } from './swarm/processes.mjs';

const NODES = 10;
const load = { warmUp: 2000, messages: 12_000, bytes: 1024, pauseMs: 0 };
const [ours, rust, bare] = ['ours', 'iroh-gossip 0.101', 'bare datagrams in Node'];

/** @param {'ours' | 'rust' | 'bare'} kind */
async function run(kind) {
  const swarm = await startProcesses(kind, NODES);
  const figures = await swarm.measure(load);
  await swarm.stop();
  return figures;
}

export const row = rowOfFigures({
  id: 'G4f',
  question: 'ten processes, one floods the others with 1 kB: CPU a delivery (smaller is better)',
  unit: 'µs',
  value: 'cpuUs',
  cpuUnit: 'µs CPU a delivery',
  cpu: 'cpuUs',
  columns: DELIVERY_COLUMNS.filter(({ figure }) => !figure.startsWith('p5') && !figure.startsWith('p9')),
  goals: [
    atMost({ ours, peer: rust, figure: 'cpuUs', atMost: 2, what: "CPU <= 2x the Rust crate's" }),
    nothingLost(ours),
  ],
  prepare: () => buildRustPeer('G4f'),
  contenders: { [ours]: () => run('ours'), [rust]: () => run('rust'), [bare]: () => run('bare') },
});
