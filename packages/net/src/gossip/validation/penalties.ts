import { NetworkPenalties } from '../../address/network-penalties.js';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { ClockTimer } from '../../util/clock.js';
import type { ResolvedGossipOptions } from '../options.js';

/** How many peers are remembered with their rejected messages, and how many are out: the oldest are forgotten first. */
const MAX_PEERS = 1_024;

/** For how long rejected messages are counted, in milliseconds; then the count begins again. */
const WINDOW_MS = 60_000;

/** How often a source is forgiven as many rejected messages as one peer may send, in milliseconds. */
const SOURCE_FORGIVEN_MS = 10_000;

type Options = Pick<ResolvedGossipOptions, 'clock' | 'maxRejected' | 'maxRejectedPerSource' | 'rejectedPauseMs'>;

/**
 * Counts the rejected messages of each peer, and of each source (a host, or a /48 of IPv6), which may come with a new key each time. A peer that has
 * sent too many is out for a while; and where its source has, nobody new comes from there.
 */
export class Penalties {
  readonly #options: Options;
  readonly #ended: (peer: EndpointId) => void;
  readonly #counts = new Map<EndpointId, { count: number; readonly until: number }>();
  readonly #out = new Map<EndpointId, ClockTimer>();
  readonly #sources: NetworkPenalties;

  /** @param ended called when a peer may come back */
  constructor(options: Options, ended: (peer: EndpointId) => void) {
    this.#options = options;
    this.#ended = ended;
    const { clock, maxRejected, maxRejectedPerSource } = options;
    const terms = { max: maxRejected * maxRejectedPerSource, forgivenMs: SOURCE_FORGIVEN_MS / maxRejected };
    this.#sources = new NetworkPenalties(terms, () => clock.now());
  }

  /** How many peers are out. */
  get size(): number {
    return this.#out.size;
  }

  isOut(peer: EndpointId): boolean {
    return this.#out.has(peer);
  }

  /** For how long nobody new is let in from a source, in milliseconds; 0: everybody is. */
  outForMs(source: string | undefined): number {
    return source === undefined ? 0 : this.#sources.outForMs(source);
  }

  /** A message of this peer was rejected. @param source who is behind it @returns whether that was one too many */
  rejected(peer: EndpointId, source: string | undefined): boolean {
    if (this.#out.has(peer)) return false;
    if (source !== undefined && source !== peer) this.#sources.add(source);
    const { clock, maxRejected, rejectedPauseMs } = this.#options;
    const now = clock.now();
    const known = this.#counts.get(peer);
    const entry = known && known.until > now ? known : { count: 0, until: now + WINDOW_MS };
    entry.count++;
    this.#counts.delete(peer);
    if (entry.count <= maxRejected) {
      this.#counts.set(peer, entry);
      this.#forgetOldest(this.#counts);
      return false;
    }
    this.#out.set(
      peer,
      clock.setTimer(() => this.#comesBack(peer), rejectedPauseMs),
    );
    const [oldest] = this.#out.keys();
    if (this.#out.size > MAX_PEERS && oldest !== undefined) this.#comesBack(oldest);
    return true;
  }

  close(): void {
    for (const timer of this.#out.values()) timer.cancel();
    this.#out.clear();
    this.#counts.clear();
  }

  #comesBack(peer: EndpointId): void {
    this.#out.get(peer)?.cancel();
    this.#out.delete(peer);
    this.#ended(peer);
  }

  #forgetOldest(peers: Map<EndpointId, unknown>): void {
    const [oldest] = peers.keys();
    if (peers.size > MAX_PEERS && oldest !== undefined) peers.delete(oldest);
  }
}
