import { messageIdFromBytes } from '@grapevine/proto';
import { BroadcastMeter, trafficSince } from '@grapevine/sim';
import { PaperSwarm } from './paper-swarm.js';

/** The settings of TR-07-14: a single sender or a random one each time, without and with the optimization of the tree. */
export type TreeVariant = 'Plumtree s-s' | 'Plumtree m-s' | 'Opt s-s' | 'Opt m-s';

export const TREE_VARIANTS: readonly TreeVariant[] = ['Plumtree s-s', 'Plumtree m-s', 'Opt s-s', 'Opt m-s'];

export interface TreeOptions {
  readonly nodes: number;
  readonly seed: number;
  readonly variant: TreeVariant;
  /** Broadcasts after the overlay has settled. */
  readonly cycles: number;
}

/** One broadcast and the cycle that it began. */
export interface TreeCycle {
  readonly reliability: number;
  readonly rmr: number;
  readonly ldh: number;
  readonly payload: number;
  readonly control: number;
}

export interface TreeResult {
  readonly variant: TreeVariant;
  readonly cycles: readonly TreeCycle[];
}

/** The share of the work that settling is, for the progress bar. */
const SETTLING = 0.3;

/** TR-07-14, the stable environment: in each cycle one broadcast until all is quiet, and one membership round. */
export function runTree(
  { nodes, seed, variant, cycles }: TreeOptions,
  onProgress: (share: number) => void,
): TreeResult {
  const swarm = new PaperSwarm({ nodes, seed, optimizationThreshold: threshold(variant) });
  swarm.settle((done) => onProgress(SETTLING * done));
  const { network, hash } = swarm;
  const meter = new BroadcastMeter(network);
  network.observers.push(meter);
  const sender = chooseSender(variant, swarm);

  const traffic: { payload: number; control: number }[] = [];
  for (let cycle = 0; cycle < cycles; cycle++) {
    const before = { ...network.traffic };
    const content = Uint8Array.of(cycle & 0xff, cycle >> 8);
    const from = sender();
    meter.published(messageIdFromBytes(hash(content)), from);
    network.enqueueCommand(from, { type: 'broadcast', content, scope: 'swarm' });
    network.runFor(swarm.cycle);
    traffic.push(trafficSince(before, network.traffic));
    onProgress(SETTLING + ((1 - SETTLING) * (cycle + 1)) / cycles);
  }
  return {
    variant,
    cycles: meter.reports().map(({ reliability, rmr, ldh }, cycle) => {
      const { payload, control } = traffic[cycle] as { payload: number; control: number };
      return { reliability, rmr, ldh, payload, control };
    }),
  };
}

/** The papers' thresholds: 3 with a single sender, 7 with random ones. */
function threshold(variant: TreeVariant): number | undefined {
  switch (variant) {
    case 'Plumtree s-s':
    case 'Plumtree m-s':
      return undefined;
    case 'Opt s-s':
      return 3;
    case 'Opt m-s':
      return 7;
  }
}

function chooseSender(variant: TreeVariant, swarm: PaperSwarm): () => number {
  switch (variant) {
    case 'Plumtree s-s':
    case 'Opt s-s': {
      const only = swarm.randomPeer();
      return () => only;
    }
    case 'Plumtree m-s':
    case 'Opt m-s':
      return () => swarm.randomPeer();
  }
}
