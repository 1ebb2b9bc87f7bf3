import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../../util/clock.js';
import { CloseCode } from '../close-code.js';
import type { Peer } from './peer.js';

/** What looking for them needs. */
export interface IdleLinksOptions {
  readonly clock: Clock;
  /** After how long without a message a link is idle, in milliseconds. */
  readonly idleLinkMs: number;
  peers(): Iterable<Peer>;
  isWanted(peer: EndpointId): boolean;
}

/** Closes connections that nobody has used for a while and no topic needs. */
export class IdleLinks {
  readonly #options: IdleLinksOptions;
  #timer: ClockTimer | undefined;

  constructor(options: IdleLinksOptions) {
    this.#options = options;
  }

  /** There is a link to look after. */
  watch(): void {
    const { clock, idleLinkMs } = this.#options;
    this.#timer ??= clock.setTimer(() => this.#reap(), idleLinkMs);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #reap(): void {
    this.#timer = undefined;
    const { clock, idleLinkMs, isWanted } = this.#options;
    const before = clock.now() - idleLinkMs;
    const peers = [...this.#options.peers()];
    for (const peer of peers) {
      if (isWanted(peer.id)) continue;
      for (const link of peer.links) if (link.lastUsed <= before) link.close(CloseCode.done, 'idle');
    }
    if (peers.length > 0) this.watch();
  }
}
