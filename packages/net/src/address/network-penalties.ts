import { networkOf } from './source.js';

/** For how long a network is kept out at most after the last that it did, in milliseconds. Who shares its address waits no longer. */
const LONGEST_MS = 80_000;
/** Networks that are remembered; those that were quiet for longest go first. */
const MAX_NETWORKS = 4_096;

/** What a network may do. */
export interface PenaltyTerms {
  /** With how many in a row it is kept out. A few are accidents: a peer of another version, or one behind the same address. */
  readonly max: number;
  /** After how long one is forgiven, in milliseconds: so often may a network go on. */
  readonly forgivenMs: number;
}

/**
 * Networks (hosts, or /48 of IPv6) that have done something too often: who comes from there is refused until some of it is forgiven.
 *
 * Keys cost nothing, so what a host may do is not counted by key.
 */
export class NetworkPenalties {
  /** In the order of the last that they did. */
  readonly #networks = new Map<string, { count: number; readonly at: number }>();
  readonly #terms: PenaltyTerms;
  readonly #now: () => number;

  /** @param now in milliseconds */
  constructor(terms: PenaltyTerms, now: () => number) {
    this.#terms = terms;
    this.#now = now;
  }

  /** How many networks are remembered. */
  get size(): number {
    return this.#networks.size;
  }

  /** It was done once more. @param source where the peer was, which is proven */
  add(source: string): void {
    const network = networkOf(source);
    this.#keep(network, this.#countOf(network) + 1);
  }

  /** Keeps a network out for so long, in milliseconds, unless it is kept out for longer. */
  keepOut(source: string, forMs: number): void {
    const network = networkOf(source);
    const { max, forgivenMs } = this.#terms;
    this.#keep(network, Math.max(this.#countOf(network), max - 1 + forMs / forgivenMs));
  }

  /** For how long who comes from there is refused, in milliseconds; 0: it is let in. */
  outForMs(source: string): number {
    if (this.#networks.size === 0) return 0;
    const { max, forgivenMs } = this.#terms;
    return Math.max(0, (this.#countOf(networkOf(source)) - (max - 1)) * forgivenMs);
  }

  #keep(network: string, count: number): void {
    const { max, forgivenMs } = this.#terms;
    this.#networks.delete(network);
    this.#networks.set(network, { count: Math.min(max - 1 + LONGEST_MS / forgivenMs, count), at: this.#now() });
    const [quietest] = this.#networks.keys();
    if (this.#networks.size > MAX_NETWORKS && quietest !== undefined) this.#networks.delete(quietest);
  }

  #countOf(network: string): number {
    const known = this.#networks.get(network);
    if (!known) return 0;
    const count = known.count - (this.#now() - known.at) / this.#terms.forgivenMs;
    if (count <= 0) this.#networks.delete(network);
    return Math.max(0, count);
  }
}
