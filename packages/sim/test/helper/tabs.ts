import { type PeerData, State } from '@grapevine/proto';
import { LeafState } from '@grapevine/proto/leaf';
import { ChaCha12Rng, MILLISECOND, Network, SECOND } from '../../src/index.js';

const HUB: PeerData = Uint8Array.of(1);
/** A tab keeps three hubs. */
const TAB_CONFIG = { membership: { activeViewCapacity: 3 } };
const encoder = new TextEncoder();

/** Settings of a {@link TabSwarm}. */
export interface TabSwarmOptions {
  readonly seed: number;
  readonly hubs: number;
  readonly members: number;
  readonly tabs: number;
  readonly leafCapacity?: number;
  /** Whether hubs are told that tabs are leaves, and tabs know it themselves. Default true. */
  readonly tellsLeaves?: boolean;
  /** Whether tabs run the leaf edition of the kernel. Default: as `tellsLeaves`. */
  readonly runsLeafState?: boolean;
}

/** Hubs, members that tabs cannot dial, and tabs, which nobody can dial. It records what each has received. */
export class TabSwarm {
  readonly network: Network;
  readonly rng: ChaCha12Rng;
  /** What each node has received: the text of a payload, once for each delivery. */
  readonly heard = new Map<number, string[]>();
  /** Messages to a tab from a node that is not connected to it. */
  dialedInVain = 0;
  /** What each open tab has to receive. */
  readonly #due = new Map<number, string[]>();
  readonly #options: TabSwarmOptions;
  #next: number;

  constructor(options: TabSwarmOptions) {
    const { seed, hubs, members, tabs, leafCapacity = 400, tellsLeaves = true } = options;
    const { runsLeafState = tellsLeaves } = options;
    this.#options = options;
    this.rng = ChaCha12Rng.seedFromU64(seed);
    this.network = new Network({
      rng: this.rng,
      isHub: (data) => data.length > 0,
      createNode: (node) => (runsLeafState && this.isTab(node.me) ? new LeafState(node) : new State(node)),
      config: {
        tellsLeaves,
        latency: { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND },
        unreachableAfter: SECOND / 2,
        proto: { hardened: { leafCapacity }, membership: { shuffleInterval: 5 * SECOND } },
      },
    });
    this.network.observers.push({
      delivered: (_time, peer, { content }) => this.#heard(peer).push(new TextDecoder().decode(content)),
      handled: (_time, peer, event) => {
        if (
          event.type === 'peerDisconnected' &&
          this.isTab(event.peer) &&
          this.network.has(event.peer) &&
          !this.isTab(peer)
        )
          this.dialedInVain++;
      },
    });
    this.#next = hubs + members;
    for (let peer = 0; peer < hubs + members; peer++) {
      const data = peer < hubs ? { peerData: HUB } : {};
      this.network.insertAndJoin(peer, peer === 0 ? [] : [0], data);
      this.network.runTrips(1);
    }
    this.run(10 * SECOND);
    for (let i = 0; i < tabs; i++) this.open();
    this.run(10 * SECOND);
  }

  isTab(peer: number): boolean {
    return peer >= this.#options.hubs + this.#options.members;
  }

  get tabs(): number[] {
    return this.network.peers().filter((peer) => this.isTab(peer));
  }

  get hubs(): number[] {
    return this.network.peers().filter((peer) => peer < this.#options.hubs);
  }

  /** Opens a tab, whose page knows two hubs. */
  open(): number {
    const tab = this.#next++;
    const { hubs } = this;
    const first = this.rng.nextU32() % hubs.length;
    const contacts = [hubs[first] as number, hubs[(first + 1) % hubs.length] as number];
    this.network.insertAndJoin(tab, contacts, { isLeaf: true, config: TAB_CONFIG });
    return tab;
  }

  run(duration: number): void {
    this.network.runFor(duration);
  }

  /** Publishes a payload that every tab that is connected now must receive. */
  say(from: number, text: string): void {
    for (const tab of this.tabs) {
      if (tab !== from && this.network.neighbors(tab).length > 0) this.#dueOf(tab).push(text);
    }
    this.network.command(from, { type: 'broadcast', content: encoder.encode(text), scope: 'swarm' });
  }

  /** Open tabs that have missed a payload, or received one twice. */
  missed(): [tab: number, text: string][] {
    return this.tabs.flatMap((tab) =>
      this.#dueOf(tab)
        .filter((text) => this.#heard(tab).filter((other) => other === text).length !== 1)
        .map((text): [number, string] => [tab, text]),
    );
  }

  /** Open tabs without a live hub. */
  alone(): number[] {
    return this.tabs.filter((tab) => !this.network.neighbors(tab).some((hub) => this.network.has(hub)));
  }

  #heard(peer: number): string[] {
    const known = this.heard.get(peer) ?? [];
    this.heard.set(peer, known);
    return known;
  }

  #dueOf(tab: number): string[] {
    const due = this.#due.get(tab) ?? [];
    this.#due.set(tab, due);
    return due;
  }
}
