import { aBoolean, aFunction, anInteger, type Checks, checkOptions } from '@grapevine/proto/check';
import type { EndpointId } from '../identity/endpoint-id.js';
import { systemClock } from '../util/clock.js';
import { compareTransportAddrs, type EndpointAddr, type TransportAddr } from './endpoint-addr.js';
import { isDialable, isLoopback } from './socket-addr.js';

/**
 * Who says that an endpoint is at an address, in falling order of trust.
 *
 * - `user`: the program that uses us. Kept until removed.
 * - `proven`: a connection with that identity lives or lived there. The newest one is kept.
 * - `gossip`: some peer told us. Checked for plausibility, kept five minutes, bounded in number.
 */
export type AddressSource = 'user' | 'proven' | 'gossip';

/** Somewhere else to ask for addresses: DNS, a server, a file. */
export interface AddressProvider {
  /** @returns the ways to reach an endpoint, none if unknown. A rejection counts as none. */
  lookup(id: EndpointId, options: { readonly signal?: AbortSignal }): Promise<readonly TransportAddr[]>;
}

/** id → addresses. What a dial by bare id asks. */
export interface AddressLookup {
  /** Remembers addresses. Less trusted sources never push out more trusted ones. */
  add(addr: EndpointAddr, source: AddressSource): void;
  /** What is known right now, most trusted first. */
  get(id: EndpointId): EndpointAddr;
  /** What is known, and what the providers say if that is nothing. */
  resolve(id: EndpointId, options?: { readonly signal?: AbortSignal }): Promise<EndpointAddr>;
  /** Forgets an endpoint. */
  remove(id: EndpointId): void;
  /** Asks this provider, too, when an id is not known. */
  addProvider(provider: AddressProvider): void;
}

/** Settings of an {@link AddressBook}. */
export interface AddressBookOptions {
  /** How long hearsay is believed, in milliseconds. Default 300,000 (five minutes). */
  readonly gossipRetentionMs?: number;
  /** How many endpoints may be known by hearsay or proof only. Default 4,096; the oldest goes first. */
  readonly capacity?: number;
  /** Whether hearsay may point at this machine. Default false; an endpoint that is bound to loopback sets it. */
  readonly allowLoopback?: boolean;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
}

const CHECKS: Checks<AddressBookOptions> = {
  gossipRetentionMs: anInteger(1),
  capacity: anInteger(1),
  allowLoopback: aBoolean,
  now: aFunction,
};

interface Entry {
  user: TransportAddr[];
  proven: TransportAddr | undefined;
  gossip: TransportAddr[];
  gossipUntil: number;
}

/** Hearsay about one endpoint: more addresses than this are not read. */
const MAX_GOSSIP_ADDRS = 16;

/** The {@link AddressLookup} in memory. */
export class AddressBook implements AddressLookup {
  readonly #entries = new Map<EndpointId, Entry>();
  readonly #providers: AddressProvider[] = [];
  readonly #retention: number;
  readonly #capacity: number;
  readonly #allowLoopback: boolean;
  readonly #now: () => number;

  /** @throws TypeError, RangeError that name the option */
  constructor(options: AddressBookOptions = {}) {
    checkOptions('AddressBook', options, CHECKS);
    this.#retention = options.gossipRetentionMs ?? 300_000;
    this.#capacity = options.capacity ?? 4096;
    this.#allowLoopback = options.allowLoopback ?? false;
    this.#now = options.now ?? systemClock.now;
  }

  /** How many endpoints are known. */
  get size(): number {
    return this.#entries.size;
  }

  add(addr: EndpointAddr, source: AddressSource): void {
    const addrs = source === 'gossip' ? addr.addrs.slice(0, MAX_GOSSIP_ADDRS).filter(this.#plausible) : addr.addrs;
    const first = addrs[0];
    if (first === undefined) return;
    const entry = this.#entries.get(addr.id) ?? { user: [], proven: undefined, gossip: [], gossipUntil: 0 };
    switch (source) {
      case 'user':
        entry.user = merge(entry.user, addrs);
        break;
      case 'proven':
        entry.proven = first;
        break;
      case 'gossip':
        entry.gossip = [...addrs];
        entry.gossipUntil = this.#now() + this.#retention;
        break;
    }
    this.#entries.delete(addr.id); // to the end of the map: most recently learned
    this.#entries.set(addr.id, entry);
    if (this.#entries.size > this.#capacity) this.#dropOldest();
  }

  get(id: EndpointId): EndpointAddr {
    const entry = this.#entries.get(id);
    if (!entry) return { id, addrs: [] };
    if (entry.gossipUntil <= this.#now()) {
      entry.gossip = [];
      if (entry.user.length === 0 && !entry.proven) this.#entries.delete(id);
    }
    return { id, addrs: merge(merge(entry.user, entry.proven ? [entry.proven] : []), entry.gossip) };
  }

  async resolve(id: EndpointId, options: { readonly signal?: AbortSignal } = {}): Promise<EndpointAddr> {
    const known = this.get(id);
    if (known.addrs.length > 0 || this.#providers.length === 0) return known;
    const answers = await Promise.allSettled(this.#providers.map((provider) => provider.lookup(id, options)));
    options.signal?.throwIfAborted();
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    return { id, addrs: merge([], found) };
  }

  remove(id: EndpointId): void {
    this.#entries.delete(id);
  }

  addProvider(provider: AddressProvider): void {
    this.#providers.push(provider);
  }

  readonly #plausible = (way: TransportAddr): boolean => {
    if (way.type !== 'ip') return true;
    return isDialable(way.addr) && (this.#allowLoopback || !isLoopback(way.addr));
  };

  #dropOldest(): void {
    for (const [id, entry] of this.#entries) {
      if (entry.user.length > 0) continue;
      this.#entries.delete(id);
      return;
    }
  }
}

function merge(first: readonly TransportAddr[], second: readonly TransportAddr[]): TransportAddr[] {
  const merged = [...first];
  for (const addr of second) {
    if (!merged.some((known) => compareTransportAddrs(known, addr) === 0)) merged.push(addr);
  }
  return merged;
}
