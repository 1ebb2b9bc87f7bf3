/** The messages of a node about trees: `2 gossip a x`, `2 graft a`, `2 prune a`. */
export type Said = string;

interface TreeState {
  readonly pruned: Map<number, number>;
  parent: number | undefined;
  rival: number | undefined;
  begunAt: number;
  usedAt: number;
}

interface Payload {
  readonly tag: string;
  readonly id: string;
  readonly round: number;
  readonly guest?: boolean;
}

interface Announcer {
  readonly peer: number;
  readonly at: number;
  asked: boolean;
}

const SECOND = 1_000;
const LATELY = 2 * SECOND;

/** A count that fades. */
class Lately {
  #sum = 0;
  #at = 0;

  add(now: number): void {
    this.#sum = this.at(now) + 1;
    this.#at = now;
  }

  at(now: number): number {
    return this.#sum * Math.exp((this.#at - now) / LATELY);
  }
}

/**
 * The program of docs/trees.md, "The same as a program", line by line. It sends what the page says, without the kernel's speed, bounds and
 * suspicion. All neighbors know tags.
 */
export class TreeModel {
  now = 0;
  readonly neighbors = new Set<number>();
  readonly #trees = new Map<string, TreeState>();
  readonly #known = new Map<string, { readonly tag: string; readonly round: number; readonly at: number }>();
  readonly #announcers = new Map<string, Announcer[]>();
  readonly #haveSent = new Set<number>();
  readonly #answers = new Map<string, number[]>();
  readonly #payloads = new Lately();
  readonly #departures = new Lately();
  #departedAt = Number.NEGATIVE_INFINITY;
  #said: Said[] = [];

  /** The messages since the last call. */
  takeSaid(): Said[] {
    const said = this.#said;
    this.#said = [];
    return said;
  }

  onPayload(m: Payload, s: number): void {
    this.#haveSent.add(s);
    if (this.#known.has(m.id)) this.#onceMore(m, s);
    else this.#onNew(m, s);
  }

  #onNew({ tag, id, round, guest = false }: Payload, s: number): void {
    this.#payloads.add(this.now);
    const begun = { pruned: new Map(), parent: undefined, rival: undefined, begunAt: this.now, usedAt: this.now };
    const tree = this.#trees.get(tag) ?? begun;
    this.#trees.set(tag, tree);
    tree.usedAt = this.now;
    this.#known.set(id, { tag, round: round + 1, at: this.now });
    const announcers = this.#announcers.get(id) ?? [];
    this.#announcers.delete(id);
    const holders = announcers.map(({ peer }) => peer);
    for (const n of this.#sorted()) {
      if (n !== s && !holders.includes(n) && !tree.pruned.has(n)) this.#say(`${n} gossip ${tag} ${id}`);
    }
    const asked = announcers.filter((announcer) => announcer.asked).map(({ peer }) => peer);
    if (asked.includes(s) || tree.parent === undefined) {
      if (tree.pruned.has(s)) this.#say(`${s} graft ${tag}`);
      tree.pruned.delete(s);
      follow(tree, s);
    } else if (s !== tree.parent && !tree.pruned.has(s) && !guest) tree.rival = s;
    for (const n of asked) if (n !== s && n !== tree.parent) this.#prune(tag, tree, n);
    const a = announcers.find(
      (announcer) => !announcer.asked && announcer.peer !== s && this.#haveSent.has(announcer.peer),
    );
    if (s === tree.parent && a !== undefined && this.now - a.at >= 5 && !(guest && this.#isCalm)) {
      follow(tree, a.peer);
      this.#graft(tag, tree, a.peer);
      this.#prune(tag, tree, s);
    }
  }

  #onceMore({ tag, id, round, guest = false }: Payload, s: number): void {
    const tree = this.#trees.get(tag);
    const first = this.#known.get(id);
    if (tree === undefined || first === undefined) {
      this.#say(`${s} prune ${tag}`);
      return;
    }
    if (guest && this.now - tree.begunAt < 500) return;
    const isSameTree = first.tag === tag;
    if (!isSameTree && s === tree.parent) return;
    const ours = isSameTree ? first.round : Number.POSITIVE_INFINITY;
    const prunedAt = tree.pruned.get(s);
    if (prunedAt !== undefined) {
      if (this.now - prunedAt >= 2 * SECOND) this.#prune(tag, tree, s);
    } else if (s !== tree.parent) {
      if (round > ours) return;
      if (round < ours && tree.parent === undefined) follow(tree, s);
      else this.#prune(tag, tree, s);
    } else if (!guest && tree.rival !== undefined) {
      if (round < ours && this.now - first.at < 10) this.#prune(tag, tree, tree.rival);
      else {
        follow(tree, tree.rival);
        if (round <= ours) this.#prune(tag, tree, s);
      }
    }
  }

  onPrune(tag: string, s: number): void {
    const tree = this.#trees.get(tag);
    if (tree === undefined) return;
    tree.pruned.set(s, this.now);
    if (tree.rival === s) tree.rival = undefined;
    if (tree.parent !== s) return;
    tree.parent = undefined;
    this.#reattach(tag, tree, s);
  }

  onGraft(tag: string, id: string | undefined, s: number): void {
    const tree = this.#trees.get(tag);
    if (tree !== undefined) {
      tree.pruned.delete(s);
      if (tree.parent === s) {
        follow(tree, tree.rival);
        if (tree.parent === undefined && id === undefined) this.#reattach(tag, tree, s);
      }
    }
    if (id !== undefined && this.#known.has(id) && this.#mayAnswer(s, id)) {
      this.#say(`${s} gossip ${this.#known.get(id)?.tag} ${id}`);
    }
  }

  onAnnouncement(id: string, s: number): void {
    if (this.#known.has(id)) return;
    const announcers = this.#announcers.get(id) ?? [];
    this.#announcers.set(id, announcers);
    if (!announcers.some(({ peer }) => peer === s)) announcers.push({ peer: s, at: this.now, asked: false });
  }

  /** The node has asked a neighbor for a payload. */
  hasAsked(tag: string, id: string, s: number): void {
    this.#trees.get(tag)?.pruned.delete(s);
    for (const announcer of this.#announcers.get(id) ?? []) if (announcer.peer === s) announcer.asked = true;
  }

  onNeighborUp(s: number): void {
    this.neighbors.add(s);
    if (this.#isBusyOrRestless) return;
    for (const tree of this.#trees.values()) {
      if (tree.parent !== undefined) tree.pruned.set(s, Number.NEGATIVE_INFINITY);
    }
  }

  onNeighborDown(s: number): void {
    this.neighbors.delete(s);
    this.#haveSent.delete(s);
    for (const [id, announcers] of this.#announcers) {
      this.#announcers.set(
        id,
        announcers.filter(({ peer }) => peer !== s),
      );
    }
    if (this.now - this.#departedAt >= 80) {
      this.#departedAt = this.now;
      this.#departures.add(this.now);
    }
    // Trees that have carried one payload come first. It is the kernel's order, and has no other reason.
    for (const [tag, tree] of this.#trees) {
      const wasParent = tree.parent === s;
      tree.pruned.delete(s);
      if (tree.rival === s) tree.rival = undefined;
      if (!wasParent) continue;
      tree.parent = undefined;
      if (this.now - tree.usedAt <= 10 * SECOND) this.#reattach(tag, tree, s);
    }
  }

  #reattach(tag: string, tree: TreeState, lost: number): void {
    if (tree.rival !== undefined) {
      follow(tree, tree.rival);
      return;
    }
    const others = this.#isBusyOrRestless ? this.#sorted() : [...tree.pruned.keys()];
    const asked = others.filter((n) => n !== lost);
    for (const n of this.#isBusyOrRestless ? asked : asked.slice(0, 1)) this.#graft(tag, tree, n);
  }

  get #isCalm(): boolean {
    return !this.#isBusyOrRestless && this.now - this.#departedAt >= 10 * SECOND;
  }

  get #isBusyOrRestless(): boolean {
    return this.#payloads.at(this.now) >= 5 || this.#departures.at(this.now) >= 3;
  }

  #graft(tag: string, tree: TreeState, n: number): void {
    tree.pruned.delete(n);
    this.#say(`${n} graft ${tag}`);
  }

  #prune(tag: string, tree: TreeState, n: number): void {
    tree.pruned.set(n, this.now);
    if (tree.rival === n) tree.rival = undefined;
    this.#say(`${n} prune ${tag}`);
  }

  #mayAnswer(s: number, id: string): boolean {
    const key = `${s} ${id}`;
    const [since = this.now] = this.#answers.get(key) ?? [];
    const answers = this.now - since < SECOND ? (this.#answers.get(key) ?? []) : [];
    this.#answers.set(key, [...answers, this.now]);
    return answers.length < 3;
  }

  #sorted(): number[] {
    return [...this.neighbors].sort((a, b) => a - b);
  }

  #say(said: Said): void {
    this.#said.push(said);
  }
}

/** Gives a tree another parent. */
function follow(tree: TreeState, parent: number | undefined): void {
  tree.parent = parent;
  if (tree.rival === parent) tree.rival = undefined;
}
