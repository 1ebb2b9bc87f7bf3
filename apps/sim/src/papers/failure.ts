import { flood, type Overlay, overlayOf } from '@grapevine/sim';
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
const MESSAGES_PER_CYCLE = 10;
/** An overlay that has not healed after this many cycles counts as split for good. */
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
  const prober = new Prober(swarm);

  const failed = network.time;
  network.removeAll(victims(swarm, Math.round(share * nodes)));
  const reliabilities: number[] = [];
  for (let message = 0; message < MESSAGES; message++) {
    reliabilities.push(prober.probe(1));
    network.runFor(MESSAGE_HOPS * HOP);
    onProgress(SETTLING + (0.9 - SETTLING) * (message / MESSAGES));
  }

  const cycles = [mean(reliabilities.slice(0, MESSAGES_PER_CYCLE))];
  while ((cycles.at(-1) as number) < 1 && cycles.length <= MAX_CYCLES) {
    network.runUntil(failed + cycles.length * swarm.cycle);
    cycles.push(prober.probe(MESSAGES_PER_CYCLE));
    onProgress(0.9 + (0.1 * cycles.length) / MAX_CYCLES);
  }
  return { share, overlay, reliabilities, cycles };
}

function victims({ network, rng }: PaperSwarm, count: number): number[] {
  const peers = network.peers();
  rng.shuffle(peers);
  return peers.slice(0, count);
}

/** Floods from random live nodes. The graph is read off anew only when a neighbor has come or gone since. */
class Prober {
  readonly #swarm: PaperSwarm;
  #overlay: Overlay | undefined;

  constructor(swarm: PaperSwarm) {
    this.#swarm = swarm;
    const forget = (): void => {
      this.#overlay = undefined;
    };
    swarm.network.observers.push({ neighbor: forget, left: forget });
  }

  /** The mean share of the live nodes that `messages` floods reach now. */
  probe(messages: number): number {
    this.#overlay ??= overlayOf(this.#swarm.network);
    const live = this.#overlay.peers.length;
    let reached = 0;
    for (let i = 0; i < messages; i++) {
      reached += flood(this.#overlay, randomIndex(this.#swarm.rng, live)).reached;
    }
    return reached / (messages * live);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
