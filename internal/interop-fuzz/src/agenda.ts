import { type OutEvent, type PeerId, TimerHeap } from '@grapevine/proto';
import type { Dice } from './dice.js';
import type { Happening, ReferenceTask, Step } from './fuzz-case.js';
import { isDeliverable, type Liar } from './hostile.js';
import { Paths } from './paths.js';
import type { Setting } from './setting.js';

/** Something that is to happen at a node, unless it is void by then. */
interface Due {
  readonly node: number;
  readonly happening: Happening;
  readonly isVoid: () => boolean;
}

type Output<T extends OutEvent<PeerId>['type']> = Extract<OutEvent<PeerId>, { readonly type: T }>;

/** What is still to happen: messages under way, links that end, timers. */
export class Agenda {
  /** Nanoseconds since the beginning. */
  now = 0;
  readonly #setting: Setting;
  readonly #dice: Dice;
  readonly #liar: Liar;
  readonly #paths: Paths;
  readonly #nodeOf: ReadonlyMap<PeerId, number>;
  readonly #topicOf: ReadonlyMap<string, number>;
  readonly #due = new TimerHeap<Due>();
  readonly #lives: number[];

  constructor(setting: Setting, dice: Dice, liar: Liar) {
    this.#setting = setting;
    this.#dice = dice;
    this.#liar = liar;
    this.#paths = new Paths(dice);
    this.#nodeOf = new Map(setting.nodes.map((peer, index) => [peer, index]));
    this.#topicOf = new Map(setting.topics.map((topic, index) => [topic, index]));
    this.#lives = setting.nodes.map(() => 0);
  }

  /** The next thing that happens, if there is one. */
  next(): Step | undefined {
    for (let next = this.#due.popUntil(Infinity); next !== undefined; next = this.#due.popUntil(Infinity)) {
      this.now = Math.max(this.now, next.time);
      const { node, happening, isVoid } = next.item;
      if (!isVoid()) return { node, at: this.now, ...happening };
    }
    return undefined;
  }

  /** Carries out the outputs of a node. */
  carryOut(node: number, outputs: readonly OutEvent<PeerId>[]): void {
    for (const output of outputs) {
      switch (output.type) {
        case 'sendMessage':
          this.#send(node, output);
          break;
        case 'scheduleTimer':
          this.#schedule(node, output);
          break;
        case 'disconnectPeer':
          this.#hangUp(node, output.peer);
          break;
        case 'emitEvent':
        case 'peerData':
        case 'reconcile':
          break;
      }
    }
  }

  /** A node was restarted: drops its timers. */
  restarted(node: number): void {
    this.#lives[node] = (this.#lives[node] as number) + 1;
  }

  /** Breaks the link between two nodes. The second one may notice that, later. */
  cut(a: number, b: number): void {
    this.#paths.cut(a, b);
    if (this.#dice.chance(0.8)) this.#tell(this.now + this.#paths.delay(), b, this.#setting.nodes[a] as PeerId);
  }

  #send(from: number, { to, topic, message }: Output<'sendMessage'>): void {
    const paths = this.#paths;
    this.#liar.overhear(message);
    const node = this.#nodeOf.get(to);
    const index = this.#topicOf.get(topic) as number;
    if (node === undefined) {
      this.#dialStranger(from, to, index);
    } else if (!paths.isLost() && isDeliverable(message)) {
      const me = this.#setting.nodes[from] as PeerId;
      const link = paths.link(from, node);
      const happening: Happening = { do: 'receive', topic: index, from: me, message };
      const isVoid = () => paths.link(from, node) !== link;
      for (let copies = this.#dice.chance(0.002) ? 2 : 1; copies > 0; copies--) {
        this.#due.insert(paths.arrival(this.now, from, node), { node, happening, isVoid });
      }
    }
  }

  /** A peer that is no node of the case: the dial fails, or nothing comes back, or a lie does. */
  #dialStranger(node: number, stranger: PeerId, topic: number): void {
    const at = this.now + this.#paths.delay();
    if (this.#dice.chance(0.3)) {
      this.#tell(at, node, stranger);
    } else if (this.#dice.chance(0.5)) {
      const happening: Happening = { do: 'receive', topic, from: stranger, message: this.#liar.message() };
      this.#due.insert(at, { node, happening, isVoid: never });
    }
  }

  #hangUp(node: number, peer: PeerId): void {
    const other = this.#nodeOf.get(peer);
    if (other === undefined || this.#dice.chance(0.2)) return;
    this.#tell(this.#paths.arrival(this.now, node, other), other, this.#setting.nodes[node] as PeerId);
  }

  /** Some timers fire late, and a few never. */
  #schedule(node: number, { delay, timer }: Output<'scheduleTimer'>): void {
    const dice = this.#dice;
    if (dice.chance(0.005)) return;
    const late = dice.chance(0.1) ? Math.floor((dice.between(0, 1000) / 200) * delay) : 0;
    const topic = this.#topicOf.get(timer.topic) as number;
    const life = this.#lives[node];
    const happening: Happening = { do: 'timer', topic, task: timer.task as ReferenceTask };
    this.#due.insert(this.now + delay + late, { node, happening, isVoid: () => this.#lives[node] !== life });
  }

  /** A node will be told that its link to a peer is gone. */
  #tell(at: number, node: number, peer: PeerId): void {
    this.#due.insert(at, { node, happening: { do: 'disconnected', peer }, isVoid: never });
  }
}

function never(): boolean {
  return false;
}
