/** About what a connection takes in quiche, with TLS, in bytes; measured with 1,000 of them. */
const CONNECTION_BYTES = 64 << 10;
/** What quiche takes for a byte that waits, in the worst case: single bytes with holes between them. */
const BYTES_PER_BYTE = 25;
/** What a half of a stream takes, in quiche and here, in bytes. */
const STREAM_BYTES = 2 << 10;
/** What quiche keeps for a stream that its peer has opened and sent nothing on, in bytes. */
const SILENT_STREAM_BYTES = 1 << 10;
/**
 * What a flood counts at least, in bytes, where nobody knows what it has pinned: as much as a stranger may pin. So a collection follows after thirty
 * floods, but only after hundreds of connections that end in good order: there may be a thousand of those in a second, and a collection costs
 * as much as ten handshakes.
 */
const FLOOD_BYTES = 1 << 20;
/** After how much garbage V8 is told, in bytes. */
const PORTION = 32 << 20;
/**
 * How much V8 is told of then, in bytes. It collects when it knows of about 64 MB outside of its heap that were not there at the last collection. The
 * size is above what the allocator keeps for later (32 MiB, `M_MMAP_THRESHOLD` of glibc): so it takes addresses and no memory, as long as nobody
 * touches it.
 */
const TOLD = 40 << 20;

/** What is known of a connection that is over. */
export interface Remains {
  /** See {@link UnearnedBytes}. */
  readonly unearned: number;
  /** Halves of streams. */
  readonly streams: number;
  /** About how many streams said nothing, where they were too many; otherwise 0. */
  readonly silent: number;
  /** Whether it ended because its peer brought too much. */
  readonly isFlood: boolean;
}

/**
 * Has V8 collect the native objects of connections that are over.
 *
 * quiche's memory is freed when V8 collects the object that stands for it. V8 knows nothing of that memory: to V8 a connection is a few hundred
 * bytes, so a thousand of them, with a megabyte each, would be no reason to collect anything. Node-API has a call that tells V8, but the binding does
 * not make it; from JavaScript only the size of a buffer tells V8 about memory outside of its heap. So for each portion of garbage we allocate a
 * buffer that nobody uses, in place of the last one.
 */
export class NativeGarbage {
  #bytes = 0;
  #told: Uint8Array | undefined;
  readonly #allocate: (bytes: number) => Uint8Array;

  /** @param allocate memory that is not filled */
  constructor(allocate: (bytes: number) => Uint8Array = Buffer.allocUnsafeSlow) {
    this.#allocate = allocate;
  }

  /** What V8 was told last, in bytes. */
  get told(): number {
    return this.#told?.length ?? 0;
  }

  /** A connection is over. */
  left({ unearned, streams, silent, isFlood }: Remains): void {
    const known = BYTES_PER_BYTE * unearned + STREAM_BYTES * streams + SILENT_STREAM_BYTES * silent;
    this.#bytes += CONNECTION_BYTES + (isFlood && silent === 0 ? Math.max(FLOOD_BYTES, known) : known);
  }

  /** Whether there is enough of it. */
  get isDue(): boolean {
    return this.#bytes >= PORTION;
  }

  /** Tells V8. It may collect at once, for ten milliseconds: nothing else should be done in that turn of the event loop. */
  tell(): void {
    this.#bytes = 0;
    this.#told = this.#allocate(TOLD);
  }
}
