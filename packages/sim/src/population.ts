import type { State } from '@grapevine/proto';

/** The nodes of a network, by number, and which of them are in the topic. */
export class Population {
  /** Nodes that can dial and not be dialed. */
  readonly leaves = new Set<number>();
  readonly #nodes: (State<number> | undefined)[] = [];
  readonly #joined: boolean[] = [];
  #live = 0;

  /** How many nodes there are. */
  get size(): number {
    return this.#live;
  }

  /** One more than the largest number that a node has had. */
  get idLimit(): number {
    return this.#nodes.length;
  }

  get(peer: number): State<number> | undefined {
    return this.#nodes[peer];
  }

  has(peer: number): boolean {
    return this.#nodes[peer] !== undefined;
  }

  isMember(peer: number): boolean {
    return this.#joined[peer] === true;
  }

  /** The numbers of all nodes, ascending. */
  peers(): number[] {
    const peers: number[] = [];
    for (let peer = 0; peer < this.#nodes.length; peer++) if (this.has(peer)) peers.push(peer);
    return peers;
  }

  /** The numbers of the nodes that are in the topic, ascending. */
  members(): number[] {
    return this.peers().filter((peer) => this.#joined[peer]);
  }

  /** Adds a node, which is not in the topic yet. */
  add(peer: number, node: State<number>): void {
    // Fills the gap: arrays with holes are slower.
    while (this.#nodes.length < peer) {
      this.#nodes.push(undefined);
      this.#joined.push(false);
    }
    this.#nodes[peer] = node;
    this.#joined[peer] = false;
    this.#live++;
  }

  remove(peer: number): void {
    this.#nodes[peer] = undefined;
    this.leaves.delete(peer);
    this.#live--;
  }

  join(peer: number): void {
    this.#joined[peer] = true;
  }

  /** @returns whether it was in the topic */
  leave(peer: number): boolean {
    const wasMember = this.isMember(peer);
    this.#joined[peer] = false;
    return wasMember;
  }
}
