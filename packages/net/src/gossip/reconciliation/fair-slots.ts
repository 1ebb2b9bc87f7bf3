import type { EndpointId } from '../../identity/endpoint-id.js';

/** What {@link FairSlots} allow. */
export interface SlotLimits {
  /** Jobs at once. */
  readonly running: number;
  /** Jobs of one peer at once: fewer, so that a peer that is slow or hostile leaves some to the others. */
  readonly runningPerPeer: number;
  /** Jobs of one peer that wait. */
  readonly waitingPerPeer: number;
}

/** Runs a few jobs at once. Jobs that wait take turns by peer, so that a peer with many delays no other. */
export class FairSlots {
  readonly #limits: SlotLimits;
  /** The peer whose turn is next stands first. */
  readonly #waiting = new Map<EndpointId, (() => void)[]>();
  readonly #running: EndpointId[] = [];

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /**
   * Does the work when it is its turn. @returns what the work returns @throws what the work throws; Error when too many jobs of that peer wait
   * already
   */
  async run<T>(peer: EndpointId, work: () => Promise<T>): Promise<T> {
    await this.#turn(peer);
    try {
      return await work();
    } finally {
      this.#running.splice(this.#running.indexOf(peer), 1);
      this.#start();
    }
  }

  #turn(peer: EndpointId): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(peer) ?? [];
      if (waiting.length >= this.#limits.waitingPerPeer) return reject(new Error('too many comparisons wait'));
      waiting.push(resolve);
      this.#waiting.set(peer, waiting);
      this.#start();
    });
  }

  #start(): void {
    const { running, runningPerPeer } = this.#limits;
    for (const [peer, waiting] of this.#waiting) {
      if (this.#running.length >= running) return;
      if (this.#running.filter((other) => other === peer).length >= runningPerPeer) continue;
      const start = waiting.shift();
      this.#waiting.delete(peer);
      if (waiting.length > 0) this.#waiting.set(peer, waiting); // to the end of the line
      this.#running.push(peer);
      start?.();
    }
  }
}
