import type { EndpointId } from '../../identity/endpoint-id.js';

/** What {@link FairSlots} allow. */
export interface SlotLimits {
  /** Jobs at once. */
  readonly running: number;
  /** Jobs of one peer that wait. */
  readonly waitingPerPeer: number;
}

/** Runs a few jobs at once. Those that wait take turns by peer, so that one with many delays no other. */
export class FairSlots {
  readonly #limits: SlotLimits;
  /** The peer whose turn is next stands first. */
  readonly #waiting = new Map<EndpointId, (() => void)[]>();
  #running = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** Does the work when it is its turn. @returns and @throws what the work does; Error when too many jobs of that peer wait already */
  async run<T>(peer: EndpointId, work: () => Promise<T>): Promise<T> {
    await this.#turn(peer);
    try {
      return await work();
    } finally {
      this.#running--;
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
    for (const [peer, waiting] of this.#waiting) {
      if (this.#running >= this.#limits.running) return;
      const start = waiting.shift();
      this.#waiting.delete(peer);
      if (waiting.length > 0) this.#waiting.set(peer, waiting); // to the end of the line
      this.#running++;
      start?.();
    }
  }
}
