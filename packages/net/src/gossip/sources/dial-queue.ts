import type { EndpointId } from '../../identity/endpoint-id.js';
import { SharedBudget } from '../shared-budget.js';
import { type SourceLimits, WAITING_PER_SOURCE } from './limits.js';

/** Why a peer is dialed: the user named it, it has spoken to us itself, or others have named it. */
export type DialReason = 'user' | 'met' | 'hearsay';

/** A dial that waits or is under way. */
export interface DialRequest {
  readonly peer: EndpointId;
  readonly reason: DialReason;
  /** Who has named it, where it is hearsay. */
  readonly namedBy: string;
  readonly timeoutMs: number;
}

/**
 * The order of dials: peers that the user has named, then peers that we have met, then hearsay.
 *
 * A part of all dials is kept for the user. Sources that name others take turns, and none of them holds more than half of the dials by hearsay.
 */
export class DialQueue {
  readonly #limits: SourceLimits;
  readonly #running = new Map<EndpointId, DialRequest>();
  readonly #user = new Map<EndpointId, DialRequest>();
  readonly #met = new Map<EndpointId, DialRequest>();
  /** By the source that named them; the source whose turn is next stands first. */
  readonly #hearsay = new Map<string, Map<EndpointId, DialRequest>>();
  readonly #hearsayWaiting = new SharedBudget(WAITING_PER_SOURCE);
  readonly #hearsayShare: SharedBudget;
  readonly #hearsayRunning = new Map<string, number>();

  constructor(limits: SourceLimits) {
    this.#limits = limits;
    this.#hearsayShare = new SharedBudget(Math.max(1, Math.ceil(limits.hearsayDials / 2)));
  }

  /** Dials that wait or are under way. */
  get size(): number {
    return this.#running.size + this.#user.size + this.#met.size + this.#hearsayWaiting.used;
  }

  get hearsay(): { readonly running: number; readonly waiting: number } {
    return { running: this.#hearsayShare.used, waiting: this.#hearsayWaiting.used };
  }

  has(peer: EndpointId): boolean {
    return this.#running.has(peer) || this.#waiting(peer) !== undefined;
  }

  /** @returns false when too many of that kind wait */
  add(request: DialRequest): boolean {
    const { peer, reason, namedBy } = request;
    switch (reason) {
      case 'user':
        this.#user.set(peer, request);
        return true;
      case 'met':
        this.#met.set(peer, request);
        return true;
      case 'hearsay': {
        const waiting = this.#hearsay.get(namedBy) ?? new Map<EndpointId, DialRequest>();
        if (!this.#hearsayWaiting.fits(waiting.size, 1)) return false;
        this.#hearsay.set(namedBy, waiting.set(peer, request));
        this.#hearsayWaiting.add(1);
        return true;
      }
    }
  }

  /** A peer that waits is wanted for a better reason now. */
  promote(peer: EndpointId, reason: DialReason): void {
    const request = this.#waiting(peer);
    if (!request || RANK[reason] >= RANK[request.reason]) return;
    this.remove(peer);
    this.add({ ...request, reason });
  }

  /** The next dial that may start now; it counts as under way. @param mayStart whether a dial by hearsay can be paid for */
  start(mayStart: (request: DialRequest) => boolean): DialRequest | undefined {
    const { dials, dialsOfOthers, hearsayDials } = this.#limits;
    if (this.#running.size >= dials) return undefined;
    const [user] = this.#user.values();
    if (user) return this.#run(user);
    let others = 0;
    for (const { reason } of this.#running.values()) if (reason !== 'user') others++;
    if (others >= dialsOfOthers) return undefined;
    const [met] = this.#met.values();
    if (met) return this.#run(met);
    if (this.#hearsayShare.used >= hearsayDials) return undefined;
    for (const [source, waiting] of this.#hearsay) {
      const [request] = waiting.values();
      if (!request || !this.#hearsayShare.fits(this.#hearsayRunning.get(source) ?? 0, 1) || !mayStart(request))
        continue;
      this.#run(request);
      if (this.#hearsay.delete(source) && waiting.size > 0) this.#hearsay.set(source, waiting); // to the end of the line
      return request;
    }
    return undefined;
  }

  /** A dial has ended. */
  ended(peer: EndpointId): void {
    const request = this.#running.get(peer);
    this.#running.delete(peer);
    if (request?.reason === 'hearsay') this.#countHearsay(request.namedBy, -1);
  }

  /** A dial that waits is given up. @returns whether it waited */
  remove(peer: EndpointId): boolean {
    const request = this.#waiting(peer);
    if (!request) return false;
    this.#user.delete(peer);
    this.#met.delete(peer);
    const waiting = this.#hearsay.get(request.namedBy);
    if (waiting?.delete(peer)) this.#hearsayWaiting.add(-1);
    if (waiting?.size === 0) this.#hearsay.delete(request.namedBy);
    return true;
  }

  /** Gives up all dials that wait. @returns their peers */
  clear(): EndpointId[] {
    const peers = [
      ...this.#user.keys(),
      ...this.#met.keys(),
      ...[...this.#hearsay.values()].flatMap((w) => [...w.keys()]),
    ];
    for (const peer of peers) this.remove(peer);
    return peers;
  }

  #waiting(peer: EndpointId): DialRequest | undefined {
    const known = this.#user.get(peer) ?? this.#met.get(peer);
    if (known || this.#hearsayWaiting.used === 0) return known;
    for (const waiting of this.#hearsay.values()) {
      const request = waiting.get(peer);
      if (request) return request;
    }
    return undefined;
  }

  #run(request: DialRequest): DialRequest {
    this.remove(request.peer);
    this.#running.set(request.peer, request);
    if (request.reason === 'hearsay') this.#countHearsay(request.namedBy, 1);
    return request;
  }

  #countHearsay(source: string, change: 1 | -1): void {
    this.#hearsayShare.add(change);
    const running = (this.#hearsayRunning.get(source) ?? 0) + change;
    if (running === 0) this.#hearsayRunning.delete(source);
    else this.#hearsayRunning.set(source, running);
  }
}

const RANK: Readonly<Record<DialReason, number>> = { user: 0, met: 1, hearsay: 2 };
