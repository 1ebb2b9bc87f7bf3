/** Larger than any peer number, so that a pair and a bit fit into one number exactly. */
const MAX_PEERS = 2 ** 26;
const INITIAL_CAPACITY = 1024;
const EMPTY = -1;

/**
 * The latency between two peers and whether they are connected, by unordered pair. A hash table in one flat array. A swarm of 100,000 nodes has
 * millions of pairs, and each message looks two entries up far from the last ones, so an entry is in one place of 16 bytes: twice the pair's number,
 * plus 1 when the two are connected, and the latency.
 *
 * Entries are never removed, because a latency stays for ever once it is drawn.
 */
export class PairTable {
  #cells = emptyCells(INITIAL_CAPACITY);
  #capacity = INITIAL_CAPACITY;
  #count = 0;

  /** How many pairs have an entry. */
  get size(): number {
    return this.#count;
  }

  /** The latency of a pair. The first call for a pair draws it. */
  latency(a: number, b: number, draw: () => number): number {
    const entry = this.#entry(a, b);
    const known = this.#cells[entry + 1] as number;
    if (!Number.isNaN(known)) return known;
    const latency = draw();
    this.#cells[entry + 1] = latency;
    return latency;
  }

  connect(a: number, b: number): void {
    const entry = this.#entry(a, b);
    this.#cells[entry] = connectedKey(a, b);
  }

  isConnected(a: number, b: number): boolean {
    return this.#cells[this.#find(a, b)] === connectedKey(a, b);
  }

  /** Ends a connection; false when there is none. */
  disconnect(a: number, b: number): boolean {
    const entry = this.#find(a, b);
    const key = connectedKey(a, b);
    if (this.#cells[entry] !== key) return false;
    this.#cells[entry] = key - 1;
    return true;
  }

  /** All connections that `keep` accepts, the smaller number first, in ascending order. Looks at every entry. */
  connections(keep: (a: number, b: number) => boolean = () => true): [number, number][] {
    const cells = this.#cells;
    const found: [number, number][] = [];
    for (let entry = 0; entry < cells.length; entry += 2) {
      const key = cells[entry] as number;
      if (key === EMPTY || key % 2 === 0) continue;
      const [a, b] = peersOf(key);
      if (keep(a, b)) found.push([a, b]);
    }
    return found.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  }

  /** The entry of a pair, made if need be. It is good until the next call. */
  #entry(a: number, b: number): number {
    const entry = this.#find(a, b);
    if (this.#cells[entry] !== EMPTY) return entry;
    if (3 * (this.#count + 1) > 2 * this.#capacity) this.#grow();
    return this.#put(a, b, connectedKey(a, b) - 1, Number.NaN);
  }

  /** The entry of a pair, or the empty one where it belongs. */
  #find(a: number, b: number): number {
    const cells = this.#cells;
    const key = connectedKey(a, b);
    const mask = this.#capacity - 1;
    let place = hash(a, b) & mask;
    for (;;) {
      const found = cells[2 * place] as number;
      if (found === key || found === key - 1 || found === EMPTY) return 2 * place;
      place = (place + 1) & mask;
    }
  }

  #put(a: number, b: number, key: number, latency: number): number {
    const entry = this.#find(a, b);
    this.#cells[entry] = key;
    this.#cells[entry + 1] = latency;
    this.#count++;
    return entry;
  }

  #grow(): void {
    const cells = this.#cells;
    this.#capacity *= 2;
    this.#cells = emptyCells(this.#capacity);
    this.#count = 0;
    for (let entry = 0; entry < cells.length; entry += 2) {
      const key = cells[entry] as number;
      if (key === EMPTY) continue;
      const [a, b] = peersOf(key);
      this.#put(a, b, key, cells[entry + 1] as number);
    }
  }
}

function emptyCells(capacity: number): Float64Array {
  return new Float64Array(2 * capacity).fill(EMPTY);
}

/** The first cell of a connected pair's entry; one less for a pair that is not connected. */
function connectedKey(a: number, b: number): number {
  return 2 * (a < b ? a * MAX_PEERS + b : b * MAX_PEERS + a) + 1;
}

function peersOf(key: number): [number, number] {
  const pair = Math.floor(key / 2);
  return [Math.floor(pair / MAX_PEERS), pair % MAX_PEERS];
}

function hash(a: number, b: number): number {
  const mixed = Math.imul(a < b ? a : b, 0x9e37_79b1) ^ Math.imul(a < b ? b : a, 0x85eb_ca6b);
  return mixed ^ (mixed >>> 15);
}
