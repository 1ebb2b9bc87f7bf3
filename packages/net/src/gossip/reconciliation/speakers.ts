import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Clock } from '../../util/clock.js';

/** For how long a peer counts as one that does not speak the protocol. */
const EXPIRY_MS = 600_000;

/** Peers that are remembered; the oldest go first. */
const MAX_PEERS = 1_024;

/** Which peers speak the protocol, as far as that is known. */
export class Speakers {
  readonly #clock: Clock;
  readonly #known = new Map<EndpointId, { readonly speaks: boolean; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  speaks(peer: EndpointId): boolean | undefined {
    const known = this.#known.get(peer);
    if (!known || (!known.speaks && this.#clock.now() - known.at >= EXPIRY_MS)) return undefined;
    return known.speaks;
  }

  learn(peer: EndpointId, speaks: boolean): void {
    this.#known.delete(peer);
    this.#known.set(peer, { speaks, at: this.#clock.now() });
    if (this.#known.size <= MAX_PEERS) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  /** A peer that comes back may run another program. */
  forget(peer: EndpointId): void {
    this.#known.delete(peer);
  }
}
