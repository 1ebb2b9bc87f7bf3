// @ts-check
// R1: processes of a busy swarm die. How long does it take until all others have what is published next, beside the Rust crate and gossipsub?
import { ensureGossipsub } from './lib/gossipsub.mjs';
import { buildRustPeer } from './lib/rust-peer.mjs';
import { atMost, nothingLost, rowOfFigures } from './lib/swarm-row.mjs';
import { startProcesses } from './swarm/processes.mjs';

const NODES = 12;
const DYING = 3;
/** Gives the trees their shape. */
const before = { messages: 300, bytes: 1024, pauseMs: 10 };
const after = { messages: 20, bytes: 1024, pauseMs: 0 };
/** The time between two looks at the deliveries, in milliseconds: so much the figures may be wrong by. */
const LOOK_MS = 5;
const [ours, rust, libp2p] = ['ours', 'iroh-gossip 0.101', 'gossipsub 17'];

/** @param {import('./swarm/processes.mjs').Kind} kind */
async function run(kind) {
  const swarm = await startProcesses(kind, NODES);
  await swarm.publish(before);
  const { seconds } = await swarm.publish(after, LOOK_MS);
  const crash = await swarm.crash({ dying: DYING, load: after, lookMs: LOOK_MS });
  await swarm.stop();
  return { ...crash, calmMs: seconds * 1000 };
}

export const row = rowOfFigures({
  id: 'R1',
  question:
    'three of twelve processes die, and twenty payloads are published at once: until the last delivery (smaller is better)',
  unit: 'ms',
  value: 'repairMs',
  cpuUnit: 'ms before the crash',
  cpu: 'calmMs',
  columns: [
    { figure: 'calmMs', title: 'ms before the crash', digits: 0 },
    { figure: 'repairMs', title: 'ms after it', digits: 0 },
    { figure: 'share', title: 'delivered', digits: 4 },
  ],
  goals: [
    atMost({ ours, peer: rust, figure: 'repairMs', atMost: 1, what: "no later than with the Rust crate's timers" }),
    nothingLost(ours),
  ],
  prepare: () => {
    buildRustPeer('R1');
    ensureGossipsub('R1');
  },
  contenders: { [ours]: () => run('ours'), [rust]: () => run('rust'), [libp2p]: () => run('gossipsub') },
});
