import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { ClockTimer } from '../util/clock.js';
import type { ResolvedGossipOptions } from './options.js';

/** How many neighbors are waited for in one topic; beyond that the oldest are forgotten. */
const MAX_LOST = 16;
/** The pause before the first question, in milliseconds; it doubles with each one. */
const FIRST_PAUSE_MS = 1_000;
/** Questions to one neighbor: they take about two minutes. */
const TRIES = 7;

/** What asking them needs of the node. */
export interface LostNeighborsHost {
  readonly options: Pick<ResolvedGossipOptions, 'clock' | 'random'>;
  /** Milliseconds until a peer may be dialed; 0 when it may be now. */
  waitFor(peer: EndpointId): number;
  /** Asks peers to let us in. */
  join(topic: TopicId, peers: readonly EndpointId[]): void;
}

/**
 * Neighbors of one topic whose links broke. For a while they are asked whether they are back, although the topic may have others: a node that was
 * restarted and knows nobody is found by those who knew it, or by nobody.
 */
export class LostNeighbors {
  readonly #topic: TopicId;
  readonly #host: LostNeighborsHost;
  readonly #hasSpace: () => boolean;
  readonly #lost = new Map<EndpointId, { readonly tries: number; readonly at: number }>();
  #timer: ClockTimer | undefined;

  /** @param hasSpace whether the topic wants more neighbors now */
  constructor(topic: TopicId, host: LostNeighborsHost, hasSpace: () => boolean) {
    this.#topic = topic;
    this.#host = host;
    this.#hasSpace = hasSpace;
  }

  add(peer: EndpointId): void {
    this.#note(peer, 0);
    for (const oldest of this.#lost.keys()) {
      if (this.#lost.size <= MAX_LOST) break;
      this.#lost.delete(oldest);
    }
    this.#schedule();
  }

  /** A peer is back, or has left. @returns whether nobody is waited for any more */
  remove(peer: EndpointId): boolean {
    this.#lost.delete(peer);
    this.#schedule();
    return this.#lost.size === 0;
  }

  stop(): void {
    this.#lost.clear();
    this.#schedule();
  }

  #note(peer: EndpointId, tries: number): void {
    const { clock, random } = this.#host.options;
    this.#lost.delete(peer);
    this.#lost.set(peer, { tries, at: clock.now() + FIRST_PAUSE_MS * 2 ** tries * (0.5 + random()) });
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#lost.size === 0) return;
    const { clock } = this.#host.options;
    const next = Math.min(...[...this.#lost.values()].map(({ at }) => at));
    this.#timer = clock.setTimer(() => this.#ask(), next - clock.now());
  }

  #ask(): void {
    const now = this.#host.options.clock.now();
    for (const [peer, { tries, at }] of [...this.#lost]) {
      if (at > now) continue;
      if (tries + 1 < TRIES) this.#note(peer, tries + 1);
      else this.#lost.delete(peer);
      if (this.#hasSpace() && this.#host.waitFor(peer) === 0) this.#host.join(this.#topic, [peer]);
    }
    this.#schedule();
  }
}
