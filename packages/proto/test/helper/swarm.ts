import {
  type Command,
  type InEvent,
  type OutEvent,
  type PartialConfig,
  type Scope,
  State,
  seededRng,
  TimerHeap,
  type TopicEvent,
  type TopicId,
} from '../../src/index.js';
import { TOPIC } from './topic.js';

/** Something under way. `order` counts what its sender does. */
type Action = {
  readonly to: number;
  readonly event: InEvent<number>;
  readonly from?: number;
  readonly order?: number;
};

export interface SwarmOptions {
  readonly seed?: number;
  readonly config?: PartialConfig;
  /** One-way latency between two nodes in milliseconds. */
  readonly latency?: (a: number, b: number) => number;
}

/** 10 to 50 ms, the same both ways and always the same for a pair. */
const pairLatency = (a: number, b: number): number => 10 + ((Math.min(a, b) * 7919 + Math.max(a, b) * 104_729) % 41);

export function testSeed(...numbers: number[]): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (const [i, number] of numbers.entries()) view.setUint32(4 * (i % 4), number + 1);
  return bytes;
}

/**
 * Nodes in memory, in virtual time: the same calls give the same run. The first message makes a link. A message to a dead or unreachable
 * node comes back as a disconnect, after the time-out of a dial. As in hosts, the end of a link is not reported once something has come
 * over a newer one.
 */
export class Swarm {
  now = 0;
  readonly nodes = new Map<number, State<number>>();
  readonly received = new Map<number, string[]>();
  readonly events: { readonly node: number; readonly event: TopicEvent<number> }[] = [];
  /** Messages handled so far, by type. */
  readonly traffic = new Map<string, number>();
  /** The side of a cut that a node is on. Nodes on different sides cannot reach each other. */
  readonly #sides = new Map<number, number>();
  readonly #links = new Set<string>();
  /** The order of the latest message from one node to another, by `FROM>TO`. */
  readonly #heard = new Map<string, number>();
  #steps = 0;
  readonly #queue = new TimerHeap<Action>();
  readonly #seed: number;
  readonly #config: PartialConfig;
  readonly #latency: (a: number, b: number) => number;

  constructor({ seed = 1, config = {}, latency = pairLatency }: SwarmOptions = {}) {
    this.#seed = seed;
    this.#config = config;
    this.#latency = latency;
  }

  add(id: number, config: PartialConfig = this.#config): State<number> {
    const state = new State({ me: id, rng: seededRng(testSeed(this.#seed, id)), config });
    this.nodes.set(id, state);
    this.received.set(id, []);
    return state;
  }

  node(id: number): State<number> {
    const state = this.nodes.get(id);
    if (state === undefined) throw new Error(`no node ${id}`);
    return state;
  }

  command(id: number, command: Command<number>, topic: TopicId = TOPIC): void {
    this.handle(id, { type: 'command', topic, command });
  }

  join(id: number, peers: readonly number[] = [], topic: TopicId = TOPIC): void {
    if (!this.nodes.has(id)) this.add(id);
    this.command(id, { type: 'join', peers }, topic);
  }

  broadcast(id: number, text: string, scope: Scope = 'swarm', topic: TopicId = TOPIC): void {
    this.command(id, { type: 'broadcast', content: new TextEncoder().encode(text), scope }, topic);
  }

  /** The node crashes: it sends nothing more. */
  kill(id: number): void {
    this.nodes.delete(id);
    for (const other of this.nodes.keys()) this.#breakLink(id, other);
  }

  /** Cuts the network: these nodes reach each other, and no other node. */
  cutOff(ids: Iterable<number>, side = 1): void {
    for (const id of ids) this.#sides.set(id, side);
    for (const a of this.nodes.keys()) for (const b of this.nodes.keys()) if (!this.#reach(a, b)) this.#breakLink(a, b);
  }

  heal(): void {
    this.#sides.clear();
  }

  /** Lets time pass. */
  run(duration: number): void {
    const end = this.now + duration;
    for (;;) {
      const next = this.#queue.popUntil(end);
      if (next === undefined) break;
      this.now = next.time;
      this.#dispatch(next.item);
    }
    this.now = end;
  }

  neighbors(id: number, topic: TopicId = TOPIC): number[] {
    return [...this.node(id).neighbors(topic)].sort((a, b) => a - b);
  }

  /** The groups of nodes that are connected through active views. */
  components(topic: TopicId = TOPIC): number[][] {
    const left = new Set(this.nodes.keys());
    const groups: number[][] = [];
    for (const start of this.nodes.keys()) {
      if (!left.delete(start)) continue;
      const group = [start];
      for (const id of group) {
        for (const neighbor of this.node(id).neighbors(topic)) if (left.delete(neighbor)) group.push(neighbor);
      }
      groups.push(group);
    }
    return groups;
  }

  /** Pairs in which only the first has the other as a neighbor. */
  asymmetric(topic: TopicId = TOPIC): [number, number][] {
    const pairs: [number, number][] = [];
    for (const [id, state] of this.nodes) {
      for (const neighbor of state.neighbors(topic)) {
        if (!this.nodes.get(neighbor)?.neighbors(topic).includes(id)) pairs.push([id, neighbor]);
      }
    }
    return pairs;
  }

  handle(id: number, event: InEvent<number>): OutEvent<number>[] {
    const outputs = this.node(id).handle(event, this.now);
    const disconnects: number[] = [];
    for (const output of outputs) {
      switch (output.type) {
        case 'sendMessage':
          this.send(id, output.to, { type: 'recvMessage', from: id, topic: output.topic, message: output.message });
          break;
        case 'emitEvent':
          this.events.push({ node: id, event: output.event });
          if (output.event.type === 'received') {
            this.received.get(id)?.push(new TextDecoder().decode(output.event.content));
          }
          break;
        case 'scheduleTimer':
          this.#queue.insert(this.now + output.delay, { to: id, event: { type: 'timerExpired', timer: output.timer } });
          break;
        case 'disconnectPeer':
          disconnects.push(output.peer);
          break;
        case 'peerData':
          break;
        case 'reconcile':
          // As hosts do for a neighbor that does not speak reconciliation.
          if (output.reason === 'periodic') break;
          this.#queue.insert(this.now, {
            to: id,
            event: { type: 'announceCache', topic: output.topic, peer: output.peer },
          });
          break;
      }
    }
    // After all messages of this step, so that they still arrive.
    for (const peer of disconnects) this.#breakLink(id, peer);
    return outputs;
  }

  #dispatch({ to, from, event, order = 0 }: Action): void {
    if (!this.nodes.has(to)) return;
    if (event.type === 'peerDisconnected' && (this.#heard.get(`${event.peer}>${to}`) ?? 0) > order) return;
    if (event.type === 'recvMessage') {
      if (from === undefined || !this.#reach(from, to)) return;
      this.#links.add(linkKey(from, to));
      this.#heard.set(`${from}>${to}`, order);
      this.traffic.set(event.message.type, (this.traffic.get(event.message.type) ?? 0) + 1);
    }
    this.handle(to, event);
  }

  protected send(from: number, to: number, event: InEvent<number>): void {
    if (!this.nodes.has(to) || !this.#reach(from, to)) {
      const event: InEvent<number> = { type: 'peerDisconnected', peer: to, reason: 'timeout' };
      this.#queue.insert(this.now + 200, { to: from, event, order: ++this.#steps });
      return;
    }
    this.#queue.insert(this.now + this.#latency(from, to), { to, from, event, order: ++this.#steps });
  }

  #breakLink(by: number, other: number): void {
    if (!this.#links.delete(linkKey(by, other))) return;
    const event: InEvent<number> = { type: 'peerDisconnected', peer: by };
    this.#queue.insert(this.now + this.#latency(by, other) + 0.001, { to: other, event, order: ++this.#steps });
  }

  #reach(a: number, b: number): boolean {
    return (this.#sides.get(a) ?? 0) === (this.#sides.get(b) ?? 0);
  }
}

const linkKey = (a: number, b: number): string => (a < b ? `${a}-${b}` : `${b}-${a}`);
