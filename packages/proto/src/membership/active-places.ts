import type { Rng } from '../structures/rng.js';

/** Knows which neighbors have been of use: they have sent payloads that we lacked. */
export interface Judge<P> {
  hasDelivered(peer: P): boolean;
}

/** What is needed of the view that the places are in. */
interface View<P> {
  readonly size: number;
  has(peer: P): boolean;
}

const NOBODY: readonly never[] = [];

/**
 * Who in the active view makes room for a newcomer. Half of the places are kept: for neighbors that we have chosen (asked of our own accord); where
 * those are fewer, for neighbors that have sent payloads; and then for those that have been there longest. Of the others, those that have sent no
 * payload go first. So a crowd of fresh identities can push out each other, but neither the neighbors that we rely on nor those that we have long
 * known.
 *
 * Sources: Bitcoin Core keeps outbound connections apart from inbound ones and protects the longest-standing of the latter (net.cpp,
 * SelectNodeToEvict); gossipsub v1.1 keeps `Dout` outbound peers in its mesh.
 */
export class ActivePlaces<P> {
  readonly #active: View<P>;
  readonly #capacity: number;
  /** The chosen ones, then the others, each in the order in which they came. Some may have left. Arrays: most topics are quiet. */
  #chosen: readonly P[] = NOBODY;
  #others: readonly P[] = NOBODY;
  #judge: Judge<P> | undefined;

  constructor(active: View<P>, capacity: number) {
    this.#active = active;
    this.#capacity = capacity;
  }

  set judge(judge: Judge<P>) {
    this.#judge = judge;
  }

  /** Places that are kept: half of them, rounded up, and never all, because a Join may not be refused for ever. */
  get #kept(): number {
    return Math.min(Math.ceil(this.#capacity / 2), this.#capacity - 1);
  }

  /** Whether neighbors that we did not choose hold more than their half of the places: then one that we choose may take a place of theirs. */
  get isOverrun(): boolean {
    this.#forgetLeavers();
    return this.#others.length > this.#capacity - Math.floor(this.#capacity / 2);
  }

  hasChosen(peer: P): boolean {
    return this.#chosen.includes(peer);
  }

  /** A peer has become a neighbor because we have asked it of our own accord. */
  chosen(peer: P): void {
    this.#forgetLeavers();
    this.#others = without(this.#others, peer);
    if (!this.#chosen.includes(peer)) this.#chosen = this.#chosen.concat(peer);
  }

  /** A peer has become a neighbor because it, or somebody else, wanted it. */
  came(peer: P): void {
    this.#chosen = without(this.#chosen, peer);
    this.#others = without(this.#others, peer);
    this.#forgetLeavers();
    this.#others = this.#others.concat(peer);
  }

  /**
   * Who makes room for a neighbor that we have not chosen: a neighbor from the same source, or else one from the source that has most places. In the
   * second case those that have sent no payload yet go first.
   */
  forNewcomer(source: string | undefined, sources: ReadonlyMap<P, string>, rng: Rng): P | undefined {
    const candidates = this.#candidates();
    const unchosen = candidates.filter((peer) => !this.#chosen.includes(peer));
    if (unchosen.length === 0) return pick(candidates, rng);
    const same = source === undefined ? [] : unchosen.filter((peer) => sources.get(peer) === source);
    if (same.length > 0) return pick(same, rng);
    const idle = unchosen.filter((peer) => !this.#isUseful(peer));
    const pool = idle.length > 0 ? idle : unchosen;
    const bySource = new Map<string, P[]>();
    for (const peer of pool) {
      const from = sources.get(peer);
      if (from !== undefined) bySource.set(from, [...(bySource.get(from) ?? []), peer]);
    }
    const largest = [...bySource.values()].reduce<P[]>(
      (most, group) => (group.length > most.length ? group : most),
      [],
    );
    return pick(largest.length > 1 ? largest : pool, rng);
  }

  /** Who makes room for a neighbor that we have chosen: the one that came last. */
  forChosen(): P | undefined {
    return this.#candidates().at(-1);
  }

  /** Neighbors without a kept place. */
  #candidates(): P[] {
    this.#forgetLeavers();
    const useful = this.#others.filter((peer) => this.#isUseful(peer));
    const idle = this.#others.filter((peer) => !this.#isUseful(peer));
    return [...this.#chosen, ...useful, ...idle].slice(this.#kept);
  }

  #isUseful(peer: P): boolean {
    return this.#judge?.hasDelivered(peer) === true;
  }

  #forgetLeavers(): void {
    if (this.#chosen.length + this.#others.length === this.#active.size) return;
    this.#chosen = those(this.#chosen, (peer) => this.#active.has(peer));
    this.#others = those(this.#others, (peer) => this.#active.has(peer));
  }
}

function without<P>(peers: readonly P[], peer: P): readonly P[] {
  return those(peers, (other) => other !== peer);
}

/** These arrays hardly ever change; all empty ones are the same. */
function those<P>(peers: readonly P[], keep: (peer: P) => boolean): readonly P[] {
  const kept = peers.filter(keep);
  return kept.length === 0 ? NOBODY : kept;
}

function pick<P>(peers: readonly P[], rng: Rng): P | undefined {
  return peers.length === 0 ? undefined : peers[rng.index(peers.length)];
}
