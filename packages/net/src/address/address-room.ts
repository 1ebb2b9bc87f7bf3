import type { EndpointId } from '../identity/endpoint-id.js';
import type { TransportAddr } from './endpoint-addr.js';
import { sourceOf } from './source.js';

interface Entry {
  readonly addrs: readonly TransportAddr[];
  /** The host that the entry counts for. */
  readonly source: string;
  readonly until: number;
}

/** Settings of an {@link AddressRoom}. */
export interface AddressRoomOptions {
  /** Endpoints that it holds. */
  readonly capacity: number;
  /** How long an entry is believed, in milliseconds. */
  readonly retentionMs: number;
  /** Who goes when there are too many: the oldest, or the oldest of the host with the most, so that one host with many keys pushes out its own. */
  readonly drops: 'oldest' | 'oldest-of-largest-host';
  readonly now: () => number;
}

/** What one degree of trust knows: nobody of another degree takes its space or changes what stands in it. */
export class AddressRoom {
  readonly #options: AddressRoomOptions;
  readonly #entries = new Map<EndpointId, Entry>();
  /** The entries of each host, the oldest first. */
  readonly #hosts = new Map<string, Set<EndpointId>>();

  constructor(options: AddressRoomOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Replaces what is known of an endpoint. */
  set(id: EndpointId, addrs: readonly TransportAddr[]): void {
    const { capacity, retentionMs, now } = this.#options;
    this.delete(id);
    const source = sourceOf(addrs.find(({ type }) => type === 'ip')) ?? id;
    this.#entries.set(id, { addrs: [...addrs], source, until: now() + retentionMs });
    const ids = this.#hosts.get(source) ?? new Set();
    this.#hosts.set(source, ids.add(id));
    if (this.#entries.size > capacity) this.#dropOne();
  }

  get(id: EndpointId): readonly TransportAddr[] {
    const entry = this.#entries.get(id);
    if (entry === undefined) return NONE;
    if (entry.until > this.#options.now()) return entry.addrs;
    this.delete(id);
    return NONE;
  }

  delete(id: EndpointId): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    const ids = this.#hosts.get(entry.source);
    ids?.delete(id);
    if (ids?.size === 0) this.#hosts.delete(entry.source);
  }

  keys(): Iterable<EndpointId> {
    return this.#entries.keys();
  }

  #dropOne(): void {
    const [oldest] = this.#options.drops === 'oldest' ? this.#entries.keys() : this.#ofLargestHost();
    if (oldest !== undefined) this.delete(oldest);
  }

  /** Where nobody has more than one entry, all of them. */
  #ofLargestHost(): Iterable<EndpointId> {
    let most: ReadonlySet<EndpointId> = new Set();
    for (const ids of this.#hosts.values()) if (ids.size > most.size) most = ids;
    return most.size > 1 ? most : this.#entries.keys();
  }
}

const NONE: readonly TransportAddr[] = [];
