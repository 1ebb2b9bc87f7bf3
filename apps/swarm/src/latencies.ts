/** Buckets grow by this factor: percentiles are right within two per cent. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);
/** Latencies below this count as this, in milliseconds. */
const SMALLEST = 0.001;

/** Latencies as plain data, to be sent between processes and added up. */
export type LatencyCounts = Readonly<Record<number, number>>;

/** How long messages took: constant memory however many there are, percentiles within two per cent. */
export class Latencies {
  readonly #counts = new Map<number, number>();
  #total = 0;

  add(ms: number): void {
    this.#addTo(Math.ceil(Math.log(Math.max(ms, SMALLEST) / SMALLEST) / LOG_GROWTH), 1);
  }

  addAll(counts: LatencyCounts): void {
    for (const [bucket, count] of Object.entries(counts)) this.#addTo(Number(bucket), count);
  }

  /** The latency that this share of messages did not exceed, in milliseconds; 0 when there were none. */
  percentile(share: number): number {
    let left = Math.ceil(this.#total * share);
    for (const [bucket, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return SMALLEST * GROWTH ** bucket;
    }
    return 0;
  }

  toJSON(): LatencyCounts {
    return Object.fromEntries(this.#counts);
  }

  #addTo(bucket: number, count: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#total += count;
  }
}
