import type { AddressLookup } from '../../address/address-book.js';
import type { TransportAddr } from '../../address/endpoint-addr.js';
import { sourceOf } from '../../address/source.js';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Connection } from '../../transport/seam.js';
import { CloseCode } from '../close-code.js';
import type { ResolvedGossipOptions } from '../options.js';
import { DialCredit } from './dial-credit.js';
import { DialQueue, type DialReason, type DialRequest } from './dial-queue.js';
import {
  HEARSAY_ADDRS,
  HEARSAY_DIAL_BYTES,
  HEARSAY_TIMEOUT_MS,
  MAX_TELLERS,
  type SourceLimits,
  sourceLimits,
} from './limits.js';
import { PeerAccount, type PeerAccountHost } from './peer-account.js';
import { whoGivesWay } from './slots.js';
import { DROP_REASONS, type Refusal, type SourcesSnapshot } from './snapshot.js';
import { Turn } from './turn.js';
import { MEETING_US, WorkMeter } from './work-meter.js';

/** What sources need of the node. */
export interface SourcesHost {
  readonly options: ResolvedGossipOptions;
  readonly addressLookup: AddressLookup;
  /** Whether a peer is, or is about to be, a neighbor in some topic. */
  isWanted(peer: EndpointId): boolean;
  /** A peer has to go. */
  close(peer: EndpointId, code: number, reason: string): void;
}

/** Where a dial goes, what it costs, and which source pays. */
export interface DialTarget {
  /** Where there are none, the transport has to know where the peer is. */
  readonly addrs: readonly TransportAddr[];
  readonly payer: string;
  readonly paid: number;
}

/** Why a peer is dropped, for its log and ours. */
const OVER_SHARE = 'dropped: what this peer sends costs more than its share';

/** The source of addresses that nobody remembers. */
const NOBODY = 'nobody';

/**
 * Who is behind peers (hosts, not keys), and what that may cost us and others: connection slots, the order of dials, who pays for dials by
 * hearsay, and our time. See `limits.ts` for every limit with its reason.
 */
export class Sources {
  readonly dials: DialQueue;
  /** Whether a host is shut out: no new peer is let in from it. Set by the component that counts rejected messages. */
  isOut?: (addr: TransportAddr) => boolean;
  readonly #host: SourcesHost;
  readonly #limits: SourceLimits;
  readonly #accountHost: PeerAccountHost;
  readonly #credit: DialCredit;
  readonly #accounts = new Map<EndpointId, PeerAccount>();
  /** In how many topics a peer is a neighbor. */
  readonly #neighborships = new Map<EndpointId, number>();
  /** The latest peers that the user has named, or that a topic asks to let it in again. */
  readonly #named = new Set<EndpointId>();
  /** The source that has told us the addresses of a peer. */
  readonly #tellers = new Map<EndpointId, string>();
  readonly #refused: Record<Refusal, number> = { slot: 0, displaced: 0, dial: 0, hearsay: 0, work: 0, memory: 0 };

  #useless = 0;

  constructor(host: SourcesHost) {
    const { clock } = host.options;
    this.#host = host;
    this.#limits = sourceLimits(host.options);
    this.dials = new DialQueue(this.#limits);
    this.#credit = new DialCredit(clock);
    this.#accountHost = {
      clock,
      credit: this.#credit,
      meter: new WorkMeter(clock),
      turn: new Turn(clock),
      isNeighbor: (peer) => this.#neighborships.has(peer),
      isWanted: (peer) => host.isWanted(peer),
      useless: () => {
        this.#useless++;
      },
      overdrawn: (peer) => this.#dropCostly(peer),
    };
  }

  /** Something was refused. */
  refused(what: Refusal): void {
    this.#refused[what]++;
    this.#host.options.metrics.dropped(DROP_REASONS[what]);
  }

  /** Messages about topics that we are not in, so far. */
  get useless(): number {
    return this.#useless;
  }

  /** Closes the connections to a peer. */
  close(peer: EndpointId, code: number, reason: string): void {
    this.#host.close(peer, code, reason);
  }

  // Slots.

  /**
   * Asks for a slot for a peer's first connection; one that gets none is closed. Another peer may lose its slot for it.
   *
   * @param isOurs whether we want this peer ourselves
   */
  takeSlot(connection: Connection, { isOurs }: { readonly isOurs: boolean }): boolean {
    const { slots } = this.#limits;
    if (this.#accounts.size < slots) return true;
    const newcomer = { source: this.#sourceOfConnection(connection), isOurs };
    const leaver = whoGivesWay(this.#accounts.values(), newcomer, this.#host.options.clock.now());
    if (leaver) {
      this.refused('displaced');
      this.left(leaver.id);
      this.#host.close(leaver.id, CloseCode.tooMany, 'others need the connection more');
      return true;
    }
    this.refused(isOurs ? 'dial' : 'slot');
    connection.close(CloseCode.tooMany, `${slots} peers are enough`);
    return false;
  }

  /** A peer has a connection. */
  entered(connection: Connection): PeerAccount {
    const { remoteId: id, side } = connection;
    const source = this.#sourceOfConnection(connection);
    const account = this.#accounts.get(id) ?? new PeerAccount(id, source, this.#accountHost);
    this.#accounts.set(id, account);
    this.#credit.connected(source);
    if (this.#named.has(id)) this.#credit.named(source);
    if (side === 'dialed') account.chosen();
    account.connected(connection);
    return account;
  }

  /** A peer has none any more. */
  left(peer: EndpointId): void {
    this.#accounts.delete(peer);
  }

  neighborUp(peer: EndpointId): void {
    const account = this.#accounts.get(peer);
    if (account) this.#accountHost.meter.refund(account.source, MEETING_US);
    this.#neighborships.set(peer, (this.#neighborships.get(peer) ?? 0) + 1);
    account?.trusted();
  }

  neighborDown(peer: EndpointId): void {
    const topics = (this.#neighborships.get(peer) ?? 0) - 1;
    if (topics > 0) this.#neighborships.set(peer, topics);
    else this.#neighborships.delete(peer);
  }

  // Dials.

  /** A topic asks these peers to let it in. */
  named(peers: readonly EndpointId[]): void {
    for (const peer of peers) {
      this.#named.delete(peer);
      this.#named.add(peer);
    }
    for (const oldest of this.#named) {
      if (this.#named.size <= MAX_TELLERS) break;
      this.#named.delete(oldest);
    }
  }

  /** A peer has told how another is reached, or itself. */
  told(peer: EndpointId, teller: EndpointId | undefined): void {
    this.#tellers.delete(peer);
    this.#tellers.set(peer, this.sourceOf(teller));
    const [oldest] = this.#tellers.keys();
    if (oldest !== undefined && this.#tellers.size > MAX_TELLERS) this.#tellers.delete(oldest);
  }

  /** How a peer is to be dialed. */
  request(peer: EndpointId, timeoutMs: number): DialRequest {
    const reason = this.#reason(peer);
    return {
      peer,
      reason,
      namedBy: this.#tellers.get(peer) ?? NOBODY,
      timeoutMs: reason === 'hearsay' ? Math.min(timeoutMs, HEARSAY_TIMEOUT_MS) : timeoutMs,
    };
  }

  /** The next dial that may start, with where it goes. */
  nextDial(): { readonly request: DialRequest; readonly target: DialTarget } | undefined {
    let target: DialTarget | undefined;
    const request = this.dials.start((candidate) => {
      target = this.#hearsayTarget(candidate);
      return target !== undefined;
    });
    return request && { request, target: target ?? this.#target(request, 1) };
  }

  /** A dial costs its source nothing after all: what it told was true, or nothing was sent. */
  refund({ payer, paid }: DialTarget): void {
    if (paid > 0) this.#credit.refund(payer, paid);
  }

  snapshot(): SourcesSnapshot {
    const { running, waiting } = this.dials.hearsay;
    return {
      slots: { used: this.#accounts.size, limit: this.#limits.slots },
      hosts: new Set(Array.from(this.#accounts.values(), ({ source }) => source)).size,
      dials: { all: this.dials.size, hearsay: running, hearsayWaiting: waiting },
      refused: { ...this.#refused },
    };
  }

  #reason(peer: EndpointId): DialReason {
    if (this.#named.has(peer)) return 'user';
    return this.#host.addressLookup.get(peer, { sources: ['proven'] }).addrs.length > 0 ? 'met' : 'hearsay';
  }

  #dropCostly(peer: EndpointId): void {
    this.refused('work');
    this.#host.options.logger.warn({ peer }, OVER_SHARE);
    this.close(peer, CloseCode.overShare, OVER_SHARE);
  }

  /** Undefined while the source that has named the peer can't pay. */
  #hearsayTarget(request: DialRequest): DialTarget | undefined {
    const { trusted, told } = this.#known(request.peer);
    if (trusted.length > 0) return this.#target(request, 0);
    const needed = Math.max(1, Math.min(2, told.length));
    const payer = request.namedBy;
    if (this.#credit.affordable(payer, HEARSAY_DIAL_BYTES) < needed) return undefined;
    return this.#target(request, needed);
  }

  /** Addresses that the user or a connection vouches for are free, others are paid for by the source that told them. */
  #target(request: DialRequest, atLeast: number): DialTarget {
    const payer = request.namedBy;
    const { trusted, told } = this.#known(request.peer);
    const least = trusted.length > 0 ? 0 : atLeast;
    const affordable = Math.max(least, this.#credit.affordable(payer, HEARSAY_DIAL_BYTES));
    const chosen = told.slice(0, Math.min(HEARSAY_ADDRS, affordable));
    const price =
      HEARSAY_DIAL_BYTES * (request.reason === 'hearsay' && least > 0 ? Math.max(1, chosen.length) : chosen.length);
    const paid = this.#credit.pay(payer, price) ? price : 0;
    return { addrs: [...trusted, ...chosen], payer, paid };
  }

  #known(peer: EndpointId): { readonly trusted: readonly TransportAddr[]; readonly told: readonly TransportAddr[] } {
    const { addressLookup } = this.#host;
    const trusted = addressLookup.get(peer, { sources: ['user', 'proven'] }).addrs;
    return { trusted, told: addressLookup.get(peer).addrs.slice(trusted.length) };
  }

  #sourceOfConnection(connection: Connection): string {
    return sourceOf(connection.remoteAddr()) ?? connection.remoteId;
  }

  /** Who is behind a peer: where it is connected from, or was last. */
  sourceOf(peer: EndpointId | undefined): string {
    if (peer === undefined) return NOBODY;
    const account = this.#accounts.get(peer);
    if (account) return account.source;
    const [addr] = this.#host.addressLookup.get(peer, { sources: ['proven'] }).addrs;
    return sourceOf(addr) ?? peer;
  }
}
