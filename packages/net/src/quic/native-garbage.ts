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
 * How much V8 is told of then, in bytes. It collects when it knows of more than 64 MB outside of its heap that were not there at the last collection,
 * so each time it is told it does. The size is above what the allocator keeps for later (32 MiB, `M_MMAP_THRESHOLD` of glibc): so it takes addresses
 * and no memory, as long as nobody touches it.
 */
const TOLD = 72 << 20;
/**
 * How long it takes quiche to free a connection, in microseconds: measured with thirty of each kind, and twice as much where what was measured then
 * takes twice as long in a node that is flooded.
 */
const FREE_CONNECTION_US = 20;
const FREE_BYTE_US = 0.025; // single bytes with holes between them, as above
const FREE_STREAM_US = 0.5;
const FREE_SILENT_STREAM_US = 0.2;
/**
 * How long freeing may take after one collection, in microseconds: V8 frees in one turn of the event loop whatever it has found, while others wait. A
 * turn has time for two of these.
 */
const FREE_US = 8_000;
/** What may be held back until then, in bytes. */
const MAX_HELD = 2 * PORTION;
/** After how long V8 is told again if it has not collected, in milliseconds: it may not have begun. Twice as long each time. */
const PATIENCE_MS = 50;
const MAX_PATIENCE_MS = 60_000;

/** What is known of a connection that is over. */
export interface Remains {
  /** quiche's memory is freed when this is collected. */
  readonly native: object;
  /** See {@link UnearnedBytes}; without those of the handshake. */
  readonly unearned: number;
  /** Halves of streams. */
  readonly streams: number;
  /** About how many streams said nothing, where they were too many; otherwise 0. */
  readonly silent: number;
  /** Whether it ended because its peer brought too much. */
  readonly isFlood: boolean;
}

/** What has V8 do something, and hears of it. */
export interface Collector {
  /** Memory that is not filled. */
  allocate(bytes: number): Uint8Array;
  /** Calls back when an object was collected. */
  watch(object: object, collected: () => void): void;
}

/**
 * Has V8 collect the native objects of connections that are over, some at a time.
 *
 * quiche's memory is freed when V8 collects the object that stands for it. V8 knows nothing of that memory: to V8 a connection is a few hundred
 * bytes, so a thousand of them, with a megabyte each, would be no reason to collect anything. Node-API has a call that tells V8, but the binding does
 * not make it; from JavaScript only the size of a buffer tells V8 about memory outside of its heap. So for each portion of garbage we allocate a
 * buffer that nobody uses, in place of the last one.
 *
 * Whatever a collection finds is freed in one turn of the event loop: sixty connections full of single bytes took 30 ms. So it finds no more than can be
 * freed in {@link FREE_US}. Objects beyond that are held until it is over, in the order in which they came, and up to a bound: where V8 takes too long,
 * or an application keeps those that were let go, memory is worth more than a short turn.
 */
export class NativeGarbage {
  /** Called when there is enough again. */
  onDue: () => void = () => {};
  /** What the next collection will find: how much, and how long freeing that takes. */
  #free = { bytes: 0, us: 0 };
  /** How many bytes of that V8 was told of. */
  #toldBytes: number | undefined;
  /** Grows with each collection: of several objects that one has found, the first counts. */
  #collections = 0;
  #held: { readonly native: object; readonly bytes: number; readonly us: number }[] = [];
  #heldBytes = 0;
  #told: Uint8Array | undefined;
  #patienceMs = PATIENCE_MS;
  #again: NodeJS.Timeout | undefined;
  readonly #collector: Collector;

  constructor(collector: Collector = V8) {
    this.#collector = collector;
  }

  /** What V8 was told last, in bytes. */
  get told(): number {
    return this.#told?.length ?? 0;
  }

  /** How many connections are held back. */
  get held(): number {
    return this.#held.length;
  }

  /** A connection is over. */
  left(remains: Remains): void {
    const { native } = remains;
    const one = { native, bytes: bytesOf(remains), us: freeingUs(remains) };
    this.#held.push(one);
    this.#heldBytes += one.bytes;
    this.#letGo();
  }

  /** Whether there is enough of it. */
  get isDue(): boolean {
    const { bytes } = this.#free;
    return this.#toldBytes === undefined ? this.#isFull : bytes >= this.#toldBytes + PORTION;
  }

  /** Tells V8, which begins to collect. Nothing else should be done in that turn of the event loop. */
  tell(): void {
    this.#toldBytes = this.#free.bytes;
    this.#told = this.#collector.allocate(TOLD);
    clearTimeout(this.#again);
    this.#again = setTimeout(this.#tellAgain, this.#patienceMs).unref();
    this.#patienceMs = Math.min(MAX_PATIENCE_MS, 2 * this.#patienceMs);
  }

  /** Holds nothing back any more. */
  clear(): void {
    clearTimeout(this.#again);
    this.#held = [];
    this.#heldBytes = 0;
  }

  readonly #tellAgain = (): void => {
    if (this.#held.length === 0) return;
    this.#toldBytes = undefined;
    this.onDue();
  };

  get #isFull(): boolean {
    return this.#free.bytes >= PORTION || this.#free.us >= FREE_US;
  }

  /** Lets go of as many as one collection may find. */
  #letGo(): void {
    let count = 0;
    for (const { native, bytes, us } of this.#held) {
      if (this.#isFull && this.#heldBytes <= MAX_HELD) break;
      count++;
      this.#heldBytes -= bytes;
      this.#free.bytes += bytes;
      this.#free.us += us;
      const collection = this.#collections;
      this.#collector.watch(native, () => this.#collected(collection));
    }
    if (count > 0) this.#held = this.#held.slice(count);
  }

  #collected(collection: number): void {
    if (collection !== this.#collections) return;
    this.#collections++;
    this.#free = { bytes: 0, us: 0 };
    this.#toldBytes = undefined;
    this.#patienceMs = PATIENCE_MS;
    clearTimeout(this.#again);
    this.#letGo();
    if (this.isDue) this.onDue();
  }
}

function bytesOf({ unearned, streams, silent, isFlood }: Remains): number {
  const known = BYTES_PER_BYTE * unearned + STREAM_BYTES * streams + SILENT_STREAM_BYTES * silent;
  return CONNECTION_BYTES + (isFlood && silent === 0 ? Math.max(FLOOD_BYTES, known) : known);
}

function freeingUs({ unearned, streams, silent }: Remains): number {
  return FREE_CONNECTION_US + FREE_BYTE_US * unearned + FREE_STREAM_US * streams + FREE_SILENT_STREAM_US * silent;
}

const registry = new FinalizationRegistry<() => void>((collected) => collected());

const V8: Collector = {
  allocate: Buffer.allocUnsafeSlow,
  watch: (object, collected) => registry.register(object, collected),
};
