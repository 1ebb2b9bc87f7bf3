import { flood, overlayOf } from '@grapevine/sim';
import { type OverlayReport, randomIndex, reportOverlay } from './overlay-report.js';
import { HOP, PaperSwarm } from './paper-swarm.js';

export interface FailureOptions {
  readonly nodes: number;
  readonly seed: number;
  /** Which share of all nodes fails at once, from 0 to 1. */
  readonly share: number;
}

/** What a mass failure does to floods over the overlay. */
export interface FailureResult {
  readonly share: number;
  /** Before the failure. */
  readonly overlay: OverlayReport;
  /** The reliability of each message after the failure, before the next cycle. */
  readonly reliabilities: readonly number[];
  /** The mean reliability of ten messages right after the failure, and then after each cycle; it ends when all is well. */
  readonly cycles: readonly number[];
}

export const MESSAGES = 1_000;
export const MESSAGES_PER_CYCLE = 10;
/** After so many cycles an overlay that has not healed is taken to be split for good. */
export const MAX_CYCLES = 20;
/** A message is out before the next one is sent: a flood takes 9 hops. */
const MESSAGE_HOPS = 10;
/** The share of the work that settling is, for the progress bar. */
const SETTLING = 0.85;

/**
 * TR-07-13, "Effect of Failures" and "Healing Time": a random share of all nodes dies, 1,000 messages follow from random
 * live nodes before the next cycle, and then ten in each cycle. Messages are floods over the active views as they are at
 * that moment, read off the graph: that is what flooding reaches, at a thousandth of the cost.
 */
export function runFailure({ nodes, seed, share }: FailureOptions, onProgress: (share: number) => void): FailureResult {
  const swarm = new PaperSwarm({ nodes, seed });
  swarm.settle((done) => onProgress(SETTLING * done));
  const overlay = reportOverlay(swarm);
  const { network } = swarm;

  const failed = network.time;
  network.removeAll(victims(swarm, Math.round(share * nodes)));
  const reliabilities: number[] = [];
  for (let message = 0; message < MESSAGES; message++) {
    reliabilities.push(probe(swarm, 1));
    network.runFor(MESSAGE_HOPS * HOP);
    onProgress(SETTLING + (0.9 - SETTLING) * (message / MESSAGES));
  }

  const cycles = [mean(reliabilities.slice(0, MESSAGES_PER_CYCLE))];
  while ((cycles.at(-1) as number) < 1 && cycles.length <= MAX_CYCLES) {
    network.runUntil(failed + cycles.length * swarm.cycle);
    cycles.push(probe(swarm, MESSAGES_PER_CYCLE));
    onProgress(0.9 + (0.1 * cycles.length) / MAX_CYCLES);
  }
  return { share, overlay, reliabilities, cycles };
}

function victims({ network, rng }: PaperSwarm, count: number): number[] {
  const peers = network.peers();
  rng.shuffle(peers);
  return peers.slice(0, count);
}

/** The mean share of the live nodes that floods from random ones reach now. */
function probe({ network, rng }: PaperSwarm, messages: number): number {
  const overlay = overlayOf(network);
  const live = overlay.peers.length;
  let reached = 0;
  for (let i = 0; i < messages; i++) reached += flood(overlay, randomIndex(rng, live)).reached;
  return reached / (messages * live);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
