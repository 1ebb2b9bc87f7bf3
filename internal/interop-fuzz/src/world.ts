import {
  defaultConfig,
  type Message,
  maxPayload,
  maxPeerData,
  type OutEvent,
  type PeerId,
  resolveConfig,
} from '@grapevine/proto';
import { Agenda } from './agenda.js';
import { Dice } from './dice.js';
import type { Happening, ReferenceTask, Step } from './fuzz-case.js';
import { type Habits, randomHabits } from './habits.js';
import { Liar } from './hostile.js';
import type { Setting } from './setting.js';

const LONGEST_CASE = 8_000;
/** Nanoseconds are whole numbers up to 2^53. From this time on, clocks do not jump any more. */
const LATE = 1e15;
const HOUR = 3.6e12;
/** How many past timers are remembered, to fire again at any time. */
const OLD_TIMERS = 32;

/** A swarm in which everything goes wrong. It is told the outputs of each step, and makes the next one. */
export class World {
  readonly #setting: Setting;
  readonly #dice: Dice;
  readonly #config: ReturnType<typeof resolveConfig>;
  readonly #liar: Liar;
  readonly #habits: Habits;
  readonly #agenda: Agenda;
  readonly #oldTimers: { readonly node: number; readonly happening: Happening }[] = [];
  /** Steps that are decided already. */
  readonly #planned: Step[] = [];
  #left: number;

  constructor(setting: Setting) {
    this.#setting = setting;
    const dice = new Dice(setting.seed + 0.5);
    this.#dice = dice;
    this.#config = resolveConfig(setting.config, defaultConfig('nanoseconds'));
    this.#liar = new Liar(dice, this.#config, setting.ids, setting.nodes);
    this.#habits = randomHabits(dice);
    this.#agenda = new Agenda(setting, dice, this.#liar);
    this.#left = dice.magnitude(100, LONGEST_CASE);
    setting.nodes.forEach((_, node) => {
      this.#start(node);
    });
  }

  /** The next step; `undefined` at the end. */
  next(): Step | undefined {
    const planned = this.#planned.shift();
    if (planned !== undefined) return planned;
    if (this.#left-- > 0) return this.#another();
    if (this.#left === -1) this.#close();
    return this.#planned.shift();
  }

  /** Carries out the outputs of a step. */
  carryOut(node: number, outputs: readonly OutEvent<PeerId>[]): void {
    this.#agenda.carryOut(node, outputs);
    for (const output of outputs) if (output.type === 'scheduleTimer') this.#keepTimer(node, output);
  }

  #another(): Step {
    const dice = this.#dice;
    const kind = dice.weighed(this.#habits);
    switch (kind) {
      case 'due':
        return this.#agenda.next() ?? this.#lie();
      case 'lie':
        return this.#lie();
      case 'publish':
        return this.#publish(this.#node(), this.#topic());
      case 'burst':
        return this.#burst();
      case 'join':
        return this.#join(this.#node(), this.#topic());
      case 'quit':
        return this.#quit();
      case 'data':
        return this.#step(this.#node(), { do: 'data', data: this.#ownData() });
      case 'cut':
        return this.#cut();
      case 'falseAlarm':
        return this.#step(this.#node(), { do: 'disconnected', peer: this.#liar.peer() });
      case 'restart':
        this.#start(this.#node());
        return this.#planned.shift() as Step;
      case 'clock':
        if (this.#agenda.now < LATE) this.#agenda.now += dice.magnitude(1e6, HOUR);
        return this.#agenda.next() ?? this.#lie();
      case 'oldTimer': {
        if (this.#oldTimers.length === 0) return this.#lie();
        const { node, happening } = dice.pick(this.#oldTimers);
        return this.#step(node, happening);
      }
    }
  }

  #step(node: number, happening: Happening): Step {
    return { node, at: this.#agenda.now, ...happening };
  }

  #node(): number {
    return this.#dice.between(0, this.#setting.nodes.length - 1);
  }

  #topic(): number {
    return this.#dice.between(0, this.#setting.topics.length - 1);
  }

  /** A node's own data, which must fit into a message. */
  #ownData(): Uint8Array {
    const dice = this.#dice;
    return dice.bytes(dice.chance(0.05) ? dice.between(0, maxPeerData(this.#config)) : dice.between(0, 3));
  }

  #start(node: number): void {
    this.#agenda.restarted(node);
    const seed = this.#dice.between(0, 0xffff_ffff);
    this.#planned.push(this.#step(node, { do: 'start', seed, data: this.#ownData() }), this.#join(node, this.#topic()));
  }

  #join(node: number, topic: number): Step {
    const dice = this.#dice;
    const count = dice.chance(0.1) ? dice.between(0, 8) : dice.between(0, 2);
    const peers = Array.from({ length: count }, () => this.#liar.peer());
    return this.#step(node, { do: 'join', topic, peers });
  }

  /** A node leaves a topic, and often joins it again at once. */
  #quit(): Step {
    const [node, topic] = [this.#node(), this.#topic()];
    if (this.#dice.chance(0.7)) this.#planned.push(this.#join(node, topic));
    return this.#step(node, { do: 'quit', topic });
  }

  /** So many payloads that their announcements do not fit into one message. */
  #burst(): Step {
    const [node, topic] = [this.#node(), this.#topic()];
    for (let left = this.#dice.between(14, 120); left > 0; left--) this.#planned.push(this.#publish(node, topic));
    return this.#planned.shift() as Step;
  }

  /** A broadcast. Contents of a byte or none are few, so some are published again. */
  #publish(node: number, topic: number): Step {
    const dice = this.#dice;
    const scope = dice.chance(0.1) ? 'neighbors' : 'swarm';
    const length = dice.chance(0.03) ? maxPayload(this.#config, scope) : dice.between(0, 12);
    return this.#step(node, { do: 'broadcast', topic, content: dice.bytes(length), scope });
  }

  #lie(): Step {
    const liar = this.#liar;
    const message = liar.message();
    liar.overhear(message);
    return this.#step(this.#node(), { do: 'receive', topic: this.#topic(), from: liar.peer(), message });
  }

  #cut(): Step {
    const [a, b] = [this.#node(), this.#node()];
    this.#agenda.cut(a, b);
    return this.#step(a, { do: 'disconnected', peer: this.#setting.nodes[b] as PeerId });
  }

  #keepTimer(node: number, { timer }: Extract<OutEvent<PeerId>, { readonly type: 'scheduleTimer' }>): void {
    const topic = this.#setting.topics.indexOf(timer.topic);
    const happening: Happening = { do: 'timer', topic, task: timer.task as ReferenceTask };
    if (this.#oldTimers.length < OLD_TIMERS) this.#oldTimers.push({ node, happening });
    else if (this.#dice.chance(0.1)) this.#oldTimers[this.#dice.between(0, OLD_TIMERS - 1)] = { node, happening };
  }

  /** Long shuffles at every node: the answers show what is in the views, and how far the generators have come. */
  #close(): void {
    const { nodes, topics } = this.#setting;
    const info = () => ({ id: this.#liar.peer(), data: undefined });
    nodes.forEach((_, node) => {
      topics.forEach((_topic, topic) => {
        const list = Array.from({ length: 40 }, info);
        const message: Message<PeerId> = { type: 'shuffle', origin: this.#liar.peer(), nodes: list, ttl: 0 };
        this.#planned.push(
          this.#step(node, { do: 'receive', topic, from: this.#liar.peer(), message }),
          this.#step(node, { do: 'timer', topic, task: { type: 'shuffle' } }),
        );
      });
    });
  }
}
