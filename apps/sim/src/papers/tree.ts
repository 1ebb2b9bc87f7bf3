import { messageIdFromBytes } from '@grapevine/proto';
import { BroadcastMeter, trafficSince } from '@grapevine/sim';
import { PaperSwarm } from './paper-swarm.js';

/** The settings of TR-07-14: a single sender (s-s) or a random one each time (m-s). */
export type Senders = 's-s' | 'm-s';

export const SENDERS: readonly Senders[] = ['s-s', 'm-s'];

export interface TreeOptions {
  readonly nodes: number;
  readonly seed: number;
  readonly senders: Senders;
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
  readonly senders: Senders;
  readonly cycles: readonly TreeCycle[];
}

/** The share of the work that settling is, for the progress bar. */
const SETTLING = 0.3;

/** TR-07-14, the stable environment: in each cycle one broadcast until all is quiet, and one membership round. */
export function runTree(
  { nodes, seed, senders, cycles }: TreeOptions,
  onProgress: (share: number) => void,
): TreeResult {
  const swarm = new PaperSwarm({ nodes, seed });
  swarm.settle((done) => onProgress(SETTLING * done));
  const { network, hash } = swarm;
  const meter = new BroadcastMeter(network);
  network.observers.push(meter);
  const sender = chooseSender(senders, swarm);

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
    senders,
    cycles: meter.reports().map(({ reliability, rmr, ldh }, cycle) => {
      const { payload, control } = traffic[cycle] as { payload: number; control: number };
      return { reliability, rmr, ldh, payload, control };
    }),
  };
}

function chooseSender(senders: Senders, swarm: PaperSwarm): () => number {
  switch (senders) {
    case 's-s': {
      const only = swarm.randomPeer();
      return () => only;
    }
    case 'm-s':
      return () => swarm.randomPeer();
  }
}
