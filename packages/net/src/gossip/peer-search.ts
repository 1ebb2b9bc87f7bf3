import type { TopicId } from '@grapevine/proto';
import type { EndpointAddr } from '../address/endpoint-addr.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { ClockTimer } from '../util/clock.js';
import type { ResolvedGossipOptions } from './options.js';
import type { PeerSource } from './peer-source.js';

/** Peers of one answer that are joined; the next answer may bring others. */
const PEERS_PER_ANSWER = 3;
/** Peers of one answer that are looked at. */
const MAX_ANSWER = 256;
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;
const ANSWER_TIMEOUT_MS = 10_000;

/** What a search needs of its topic and of the node. */
export interface SearchHost {
  readonly options: Pick<ResolvedGossipOptions, 'clock' | 'logger' | 'peerSources' | 'random'>;
  readonly me: EndpointId;
  /** How many neighbors the topic wants. */
  readonly wanted: number;
  neighbors(): readonly EndpointId[];
  join(peers: readonly (EndpointId | EndpointAddr)[]): void;
}

/** Asks the peer sources for peers of one topic while it has room for neighbors. */
export class PeerSearch {
  readonly #topic: TopicId;
  readonly #host: SearchHost;
  readonly #stopped = new AbortController();
  #pause = FIRST_PAUSE_MS;
  #timer: ClockTimer | undefined;

  constructor(topic: TopicId, host: SearchHost) {
    this.#topic = topic;
    this.#host = host;
    for (const source of host.options.peerSources) this.#tell(source, 'entered');
    this.#ask();
  }

  /** The last neighbor is gone: asks soon again. */
  hurry(): void {
    this.#pause = FIRST_PAUSE_MS;
    this.#schedule();
  }

  stop(): void {
    this.#stopped.abort();
    this.#timer?.cancel();
    for (const source of this.#host.options.peerSources) this.#tell(source, 'left');
  }

  #schedule(): void {
    if (this.#stopped.signal.aborted) return;
    this.#timer?.cancel();
    const { clock, random } = this.#host.options;
    this.#timer = clock.setTimer(() => this.#ask(), this.#pause * (0.5 + random()));
    this.#pause = Math.min(2 * this.#pause, LAST_PAUSE_MS);
  }

  #ask(): void {
    if (this.#host.neighbors().length < this.#host.wanted) {
      for (const source of this.#host.options.peerSources) void this.#askOne(source);
    }
    this.#schedule();
  }

  async #askOne(source: PeerSource): Promise<void> {
    const { clock, logger } = this.#host.options;
    const late = new AbortController();
    const timer = clock.setTimer(() => late.abort(new Error('no answer in time')), ANSWER_TIMEOUT_MS);
    try {
      const signal = AbortSignal.any([late.signal, this.#stopped.signal]);
      const found = await source.find(this.#topic, { signal });
      if (!signal.aborted) this.#found(found);
    } catch (error) {
      logger.debug({ topic: this.#topic, error: String(error) }, 'a peer source has no answer');
    } finally {
      timer.cancel();
    }
  }

  #found(found: readonly (EndpointId | EndpointAddr)[]): void {
    const { me, wanted, join } = this.#host;
    const neighbors = this.#host.neighbors();
    if (neighbors.length >= wanted) return;
    const strangers = found.slice(0, MAX_ANSWER).filter((peer) => {
      const id = typeof peer === 'string' ? peer : peer.id;
      return id !== me && !neighbors.includes(id);
    });
    if (strangers.length > 0) join(strangers.slice(0, PEERS_PER_ANSWER));
  }

  #tell(source: PeerSource, what: 'entered' | 'left'): void {
    try {
      source[what]?.(this.#topic);
    } catch (error) {
      this.#host.options.logger.warn({ topic: this.#topic, error: String(error) }, 'a peer source failed');
    }
  }
}
