import type { Message } from '@grapevine/proto';
import type { ChaCha12Rng } from '../chacha12-rng.js';
import type { Network } from '../network.js';
import { SECOND } from '../network-config.js';
import { happens, upTo } from './chance.js';
import type { Duplication, Loss, Reordering } from './fault.js';

/** Changes a message that a malicious node should send; `undefined`: the node sends nothing. */
export type Distortion = (to: number, message: Message<number>) => Message<number> | undefined;

/** Links that lose, duplicate, delay or change messages, or that are cut. */
export class FaultyLinks {
  /** Faults that are active and concern all messages. */
  readonly disturbances = new Set<Loss | Duplication | Reordering>();
  /** Slow nodes, each with its delay. */
  readonly slow = new Map<number, number>();
  /** Malicious nodes, each with how it changes its messages. */
  readonly distortions = new Map<number, Distortion>();

  readonly #network: Network;
  readonly #rng: ChaCha12Rng;
  /** The smaller part of a partition. */
  #cut: ReadonlySet<number> = new Set();

  constructor(network: Network, rng: ChaCha12Rng) {
    this.#network = network;
    this.#rng = rng;
  }

  slowDown(peers: readonly number[], delay: number): void {
    for (const peer of peers) this.slow.set(peer, delay);
  }

  cutOff(peers: readonly number[], noticeAfter: number = SECOND): void {
    this.#cut = new Set(peers);
    this.#network.breakConnections((a, b) => !this.#reach(a, b), noticeAfter);
  }

  heal(): void {
    this.#cut = new Set();
  }

  /** A {@link Courier}. */
  carry(from: number, to: number, message: Message<number>, latency: number): void {
    const { distortions } = this;
    const distortion = distortions.size === 0 ? undefined : distortions.get(from);
    const distorted = distortion === undefined ? message : distortion(to, message);
    if (distorted !== undefined) this.#transmit(from, to, distorted, latency);
  }

  /** Sends a message that the kernel has not asked for. For flooders. */
  inject(from: number, to: number, message: Message<number>): void {
    this.#transmit(from, to, message, this.#network.latencyBetween(from, to));
  }

  #transmit(from: number, to: number, message: Message<number>, latency: number): void {
    const network = this.#network;
    const rng = this.#rng;
    if (!this.#reach(from, to)) {
      network.reportUnreachable(from, to, latency);
      return;
    }
    let delay = latency + (this.slow.get(from) ?? 0) + (this.slow.get(to) ?? 0);
    let copies = 1;
    for (const disturbance of this.disturbances) {
      if (!happens(rng, disturbance.probability)) continue;
      switch (disturbance.type) {
        case 'loss':
          return;
        case 'duplication':
          copies++;
          break;
        case 'reordering':
          delay += upTo(rng, disturbance.delay);
          break;
      }
    }
    for (let copy = 1; copy <= copies; copy++) network.deliver(from, to, message, copy * delay);
  }

  #reach(a: number, b: number): boolean {
    return this.#cut.size === 0 || this.#cut.has(a) === this.#cut.has(b);
  }
}
