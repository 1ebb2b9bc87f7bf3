import type { PendingLimits } from '../transport/seam.js';
import { TransportError } from './close-reason.js';
import type { Inbound } from './inbound.js';
import type { NativeConnection } from './native-connection.js';
import { type Settings, WINDOW_GROWTH } from './options.js';
import type { StreamSet } from './stream-set.js';

/** A limit that a peer has exceeded: its connection is closed with this. */
export interface Excess {
  /** Of QUIC (RFC 9000, section 20.1). */
  readonly code: number;
  readonly message: string;
}

const STREAMLESS_BYTES: Excess = {
  code: TransportError.cryptoBufferExceeded,
  message: 'too many bytes that belong to no stream',
};
const UNTAKEN_STREAMS: Excess = { code: TransportError.streamLimit, message: 'too many streams that nobody has taken' };
const SILENT_STREAMS: Excess = { code: TransportError.streamLimit, message: 'too many streams that say nothing' };

/** How much one peer may have us keep, beyond what flow control bounds, and whether it exceeds that. */
export class PeerLimits {
  readonly #inbound: Inbound;
  readonly #streams: StreamSet;
  readonly #settings: Settings;
  /** Streams that the peer may have opened and that nobody has taken. */
  #maxUntaken = Number.POSITIVE_INFINITY;
  #silent = 0;

  constructor(inbound: Inbound, streams: StreamSet, settings: Settings) {
    this.#inbound = inbound;
    this.#streams = streams;
    this.#settings = settings;
  }

  /** About how many silent streams the peer has, once they were too many; 0 before. */
  get silent(): number {
    return this.#silent;
  }

  /** See `Connection.limitPending`. */
  limitPending({ bytes, streams }: PendingLimits): void {
    this.#inbound.limitPending(Number.isFinite(bytes) ? bytes : undefined);
    this.#maxUntaken = streams;
  }

  /** Once in each tick that has received something, before streams are told. */
  check(now: number): Excess | undefined {
    if (this.#inbound.isFlood(this.#settings.connectionWindow * WINDOW_GROWTH, now)) return STREAMLESS_BYTES;
    return this.#streams.untaken > this.#maxUntaken ? UNTAKEN_STREAMS : undefined;
  }

  /** Once in each tick that has received something, after streams were told: only then is it clear which ones are silent. */
  checkSilent(native: NativeConnection): Excess | undefined {
    if (!this.#inbound.takeDoubt()) return undefined;
    const { maxUniStreams: uni, maxBiStreams: bi } = this.#settings;
    this.#silent = this.#streams.manySilent(native, { uni, bi });
    return this.#silent > 0 ? SILENT_STREAMS : undefined;
  }
}
