import {
  aBoolean,
  aFunction,
  anArrayOf,
  anInteger,
  anObjectWith,
  anything,
  aString,
  type Checks,
  checkOptions,
  oneOf,
} from '@grapevine/proto/check';
import type { EndpointId } from '../identity/endpoint-id.js';
import { systemClock } from '../util/clock.js';
import { AddressRoom } from './address-room.js';
import { compareTransportAddrs, type EndpointAddr, type TransportAddr } from './endpoint-addr.js';
import { isDialable, isLoopback } from './socket-addr.js';

/**
 * Who says that an endpoint is at an address, in falling order of trust. Each degree has room of its own.
 *
 * - `user`: the program that uses us. Kept until removed.
 * - `proven`: a connection with that identity lives or lived there. The newest one is kept.
 * - `self`: the endpoint itself, on a connection that proves who it is. Checked for plausibility, kept an hour.
 * - `gossip`: somebody else. Checked for plausibility, kept five minutes.
 */
export type AddressSource = 'user' | 'proven' | 'self' | 'gossip';

/** Somewhere else to ask for addresses: DNS, a server, a file. */
export interface AddressProvider {
  /** @returns the ways to reach an endpoint, none if unknown. A rejection counts as none. */
  lookup(id: EndpointId, options: { readonly signal?: AbortSignal }): Promise<readonly TransportAddr[]>;
}

/** What to look up. */
export interface AddressQuery {
  /** The degrees of trust that count. Default: all. */
  readonly sources?: readonly AddressSource[];
}

/** From ids to addresses: what a dial by bare id asks. */
export interface AddressLookup {
  /** Remembers addresses. A source never pushes out, or changes, what another one has said. */
  add(addr: EndpointAddr, source: AddressSource): void;
  /** What is known right now, most trusted first. */
  get(id: EndpointId, query?: AddressQuery): EndpointAddr;
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
  /**
   * How many endpoints each degree of trust may know; the user's has no limit. Default 4,096: four times the peers of a node with default settings.
   * Beyond that the oldest goes; of those that endpoints prove or say themselves, the oldest of the host with the most.
   */
  readonly capacity?: number;
  /** Whether hearsay may point at this machine. Default false; an endpoint that is bound to loopback sets it. */
  readonly allowLoopback?: boolean;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
}

const aSource = oneOf('user', 'proven', 'self', 'gossip');
const CHECKS: Checks<AddressBookOptions> = {
  gossipRetentionMs: anInteger(1),
  capacity: anInteger(1),
  allowLoopback: aBoolean,
  now: aFunction,
};

/** One statement about one endpoint: more addresses than this are not read. */
const MAX_TOLD_ADDRS = 16;

/** How long an endpoint's own word is believed: it may have moved without telling us. */
const SELF_RETENTION_MS = 3_600_000;

const BY_TRUST: readonly AddressSource[] = ['user', 'proven', 'self', 'gossip'];

/** The {@link AddressLookup} in memory. */
export class AddressBook implements AddressLookup {
  readonly #rooms: Readonly<Record<AddressSource, AddressRoom>>;
  readonly #providers: AddressProvider[] = [];
  readonly #allowLoopback: boolean;

  /** @throws TypeError, RangeError that name the option */
  constructor(options: AddressBookOptions = {}) {
    checkOptions('AddressBook', options, CHECKS);
    const { gossipRetentionMs = 300_000, capacity = 4096, allowLoopback = false, now = systemClock.now } = options;
    const forever = Number.POSITIVE_INFINITY;
    this.#rooms = {
      user: new AddressRoom({ capacity: forever, retentionMs: forever, drops: 'oldest', now }),
      proven: new AddressRoom({ capacity, retentionMs: forever, drops: 'oldest-of-largest-host', now }),
      self: new AddressRoom({ capacity, retentionMs: SELF_RETENTION_MS, drops: 'oldest-of-largest-host', now }),
      gossip: new AddressRoom({ capacity, retentionMs: gossipRetentionMs, drops: 'oldest', now }), // whoever tells it can name any host
    };
    this.#allowLoopback = allowLoopback;
  }

  /** How many endpoints are known. */
  get size(): number {
    return new Set(BY_TRUST.flatMap((source) => [...this.#rooms[source].keys()])).size;
  }

  add(addr: EndpointAddr, source: AddressSource): void {
    // Of lists that others send: what is in them has been read, and to look at each address again would cost more than to keep it.
    CHECK: aString('addr.id', addr?.id);
    CHECK: anArrayOf('TransportAddrs', anything)('addr.addrs', addr.addrs);
    CHECK: aSource('source', source);
    const { id, addrs } = addr;
    const room = this.#rooms[source];
    const [newest] = addrs;
    if (newest === undefined) return;
    switch (source) {
      case 'user':
        return room.set(id, merge(room.get(id), addrs));
      case 'proven':
        return room.set(id, [newest]);
      case 'self':
      case 'gossip': {
        const told = addrs.slice(0, MAX_TOLD_ADDRS).filter(this.#plausible);
        if (told.length > 0) room.set(id, told);
      }
    }
  }

  get(id: EndpointId, query: AddressQuery = {}): EndpointAddr {
    CHECK: aString('id', id);
    const { sources = BY_TRUST } = query;
    const asked = BY_TRUST.filter((source) => sources.includes(source));
    const addrs = asked.reduce<readonly TransportAddr[]>((all, source) => merge(all, this.#rooms[source].get(id)), []);
    return { id, addrs };
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
    CHECK: aString('id', id);
    for (const source of BY_TRUST) this.#rooms[source].delete(id);
  }

  addProvider(provider: AddressProvider): void {
    CHECK: anObjectWith('an AddressProvider', 'lookup')('provider', provider);
    this.#providers.push(provider);
  }

  readonly #plausible = (way: TransportAddr): boolean => {
    if (way.type !== 'ip') return true;
    return isDialable(way.addr) && (this.#allowLoopback || !isLoopback(way.addr));
  };
}

function merge(first: readonly TransportAddr[], second: readonly TransportAddr[]): readonly TransportAddr[] {
  if (first.length === 0) return second;
  const merged = [...first];
  for (const addr of second) {
    if (!merged.some((known) => compareTransportAddrs(known, addr) === 0)) merged.push(addr);
  }
  return merged;
}
