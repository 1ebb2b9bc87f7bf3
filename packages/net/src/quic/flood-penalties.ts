import { networkOf, sourceOfHost } from '../address/source.js';

/**
 * After how long one flood is forgiven, in milliseconds. So a network that goes on may flood once in ten seconds, which costs a handshake and a
 * megabyte.
 */
const FORGIVEN_MS = 10_000;
/** How many floods are remembered beyond those that are allowed: so nobody is shut out for longer than 80 s after the last. */
const MORE = 7;
/** Networks that are remembered; those that were quiet for longest go first. */
const MAX_NETWORKS = 4_096;

/**
 * Networks (hosts, or /48 of IPv6) whose connections ended because they brought too much: they may begin no more until some of it is forgiven.
 *
 * Keys cost nothing, and a closed connection leaves memory behind until the next garbage collection. So a host that came back with another key after
 * each flood would pin many times what one connection may pin.
 */
export class FloodPenalties {
  /** In the order of their last flood. */
  readonly #networks = new Map<string, { floods: number; readonly at: number }>();
  readonly #max: number;
  readonly #now: () => number;

  /**
   * @param max floods in a row with which a network is shut out. A few are accidents: a peer of another version, or one behind the same address.
   * @param now in milliseconds
   */
  constructor(max: number, now: () => number = () => performance.now()) {
    this.#max = max;
    this.#now = now;
  }

  /** How many networks are remembered. */
  get size(): number {
    return this.#networks.size;
  }

  /** A connection from there ended as a flood. @param host where the peer was, which is proven */
  flooded(host: string): void {
    const network = networkOf(sourceOfHost(host));
    const floods = Math.min(this.#max + MORE, this.#floodsOf(network) + 1);
    this.#networks.delete(network);
    this.#networks.set(network, { floods, at: this.#now() });
    const [quietest] = this.#networks.keys();
    if (this.#networks.size > MAX_NETWORKS && quietest !== undefined) this.#networks.delete(quietest);
  }

  /** Whether a new connection from there is refused. */
  shutsOut(host: string): boolean {
    return this.#networks.size > 0 && this.#floodsOf(networkOf(sourceOfHost(host))) > this.#max - 1;
  }

  #floodsOf(network: string): number {
    const known = this.#networks.get(network);
    if (!known) return 0;
    const floods = known.floods - (this.#now() - known.at) / FORGIVEN_MS;
    if (floods <= 0) this.#networks.delete(network);
    return Math.max(0, floods);
  }
}
