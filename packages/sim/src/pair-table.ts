/** Larger than any peer number, so that a pair fits into one number exactly. */
const MAX_PEERS = 2 ** 26;
const INITIAL_CAPACITY = 1024;
const EMPTY = -1;

/**
 * What is known about unordered pairs of peers: the latency between them and whether they are connected. A hash table in
 * flat arrays, 17 bytes a place: a swarm of 100,000 nodes meets in millions of pairs.
 *
 * Entries are never removed, because a latency stays for ever once it is drawn.
 */
export class PairTable {
  private keys = new Float64Array(INITIAL_CAPACITY).fill(EMPTY);
  private latencies = new Float64Array(INITIAL_CAPACITY);
  private connected = new Uint8Array(INITIAL_CAPACITY);
  private count = 0;

  /** How many pairs have an entry. */
  get size(): number {
    return this.count;
  }

  /** The entry of a pair, made if need be. It is good until the next call. */
  entry(a: number, b: number): number {
    const key = pairKey(a, b);
    const place = this.find(key);
    if (this.keys[place] === key) return place;
    if (3 * (this.count + 1) > 2 * this.keys.length) {
      this.grow();
      return this.insert(key, Number.NaN, 0);
    }
    return this.put(place, key, Number.NaN, 0);
  }

  /** The latency in an entry; NaN when it has not been drawn. */
  latency(entry: number): number {
    return this.latencies[entry] as number;
  }

  setLatency(entry: number, latency: number): void {
    this.latencies[entry] = latency;
  }

  connect(a: number, b: number): void {
    this.connected[this.entry(a, b)] = 1;
  }

  /** Ends a connection; false when there is none. */
  disconnect(a: number, b: number): boolean {
    const key = pairKey(a, b);
    const place = this.find(key);
    if (this.keys[place] !== key || this.connected[place] === 0) return false;
    this.connected[place] = 0;
    return true;
  }

  /** All connections that `keep` accepts, the smaller number first, in ascending order. Looks at every entry. */
  connections(keep: (a: number, b: number) => boolean = () => true): [number, number][] {
    const found: [number, number][] = [];
    for (let place = 0; place < this.keys.length; place++) {
      if (this.connected[place] === 0) continue;
      const key = this.keys[place] as number;
      const a = Math.floor(key / MAX_PEERS);
      const b = key % MAX_PEERS;
      if (keep(a, b)) found.push([a, b]);
    }
    return found.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  }

  /** The place of a key, or the empty place where it belongs. */
  private find(key: number): number {
    const { keys } = this;
    const mask = keys.length - 1;
    let place = hash(key) & mask;
    for (;;) {
      const found = keys[place];
      if (found === key || found === EMPTY) return place;
      place = (place + 1) & mask;
    }
  }

  private insert(key: number, latency: number, connected: number): number {
    return this.put(this.find(key), key, latency, connected);
  }

  private put(place: number, key: number, latency: number, connected: number): number {
    this.keys[place] = key;
    this.latencies[place] = latency;
    this.connected[place] = connected;
    this.count++;
    return place;
  }

  private grow(): void {
    const { keys, latencies, connected } = this;
    this.keys = new Float64Array(2 * keys.length).fill(EMPTY);
    this.latencies = new Float64Array(2 * keys.length);
    this.connected = new Uint8Array(2 * keys.length);
    this.count = 0;
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place] as number;
      if (key !== EMPTY) this.insert(key, latencies[place] as number, connected[place] as number);
    }
  }
}

function pairKey(a: number, b: number): number {
  return a < b ? a * MAX_PEERS + b : b * MAX_PEERS + a;
}

function hash(key: number): number {
  const mixed = Math.imul(key / MAX_PEERS, 0x9e37_79b1) ^ Math.imul(key % MAX_PEERS, 0x85eb_ca6b);
  return mixed ^ (mixed >>> 15);
}
