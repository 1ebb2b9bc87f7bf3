import {
  type Config,
  defaultHash,
  type GossipMessage,
  type InEvent,
  type Message,
  type MessageId,
  messageIdFromBytes,
  type OutEvent,
  type PartialConfig,
  State,
  type StateOptions,
  type Stats,
  seededRng,
  type TimerTask,
  type TopicEvent,
  type TopicSnapshot,
} from '../../src/index.js';
import { testSeed } from './swarm.js';
import { TOPIC } from './topic.js';

export const MODES: readonly Config['mode'][] = ['reference', 'hardened'];

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const idOf = (content: Uint8Array): MessageId => messageIdFromBytes(defaultHash(content));

export function payload(text: string, round = 0): GossipMessage {
  const content = utf8(text);
  return { type: 'gossip', id: idOf(content), content, scope: { type: 'swarm', round } };
}

/** One node that has joined a topic. The test plays all others. */
export class TestNode {
  now = 0;
  readonly state: State<number>;

  constructor(
    config: PartialConfig = {},
    seed = 1,
    makeState: (options: StateOptions<number>) => State<number> = (options) => new State(options),
  ) {
    this.state = makeState({ me: 0, rng: seededRng(testSeed(seed)), config });
    this.handle({ type: 'command', topic: TOPIC, command: { type: 'join', peers: [] } });
  }

  handle(event: InEvent<number>): OutEvent<number>[] {
    return this.state.handle(event, this.now);
  }

  receive(from: number, message: Message<number>): OutEvent<number>[] {
    return this.handle({ type: 'recvMessage', from, topic: TOPIC, message });
  }

  /** Makes peers neighbors. */
  meet(...peers: number[]): this {
    for (const peer of peers) {
      this.receive(peer, { type: 'neighbor', priority: 'high', data: undefined });
      // The second message confirms our answer. Without it, the reference takes that for a pending request of ours.
      this.receive(peer, { type: 'neighbor', priority: 'high', data: undefined });
    }
    return this;
  }

  /** Puts peers into the passive view: a neighbor sends a list of them, and goes. */
  learn(via: number, ...peers: number[]): this {
    for (const id of peers) {
      this.receive(via, { type: 'shuffle', origin: 999, nodes: [{ id, data: undefined }], ttl: 0 });
    }
    return this;
  }

  join(...peers: number[]): OutEvent<number>[] {
    return this.handle({ type: 'command', topic: TOPIC, command: { type: 'join', peers } });
  }

  broadcast(text: string): OutEvent<number>[] {
    const command = { type: 'broadcast', content: utf8(text), scope: 'swarm' } as const;
    return this.handle({ type: 'command', topic: TOPIC, command });
  }

  quit(): OutEvent<number>[] {
    return this.handle({ type: 'command', topic: TOPIC, command: { type: 'quit' } });
  }

  disconnected(peer: number): OutEvent<number>[] {
    return this.handle({ type: 'peerDisconnected', peer });
  }

  /** Fires the timer of an output. */
  expire(output: OutEvent<number> | undefined): OutEvent<number>[] {
    if (output?.type !== 'scheduleTimer') throw new Error('not a timer');
    return this.handle({ type: 'timerExpired', timer: output.timer });
  }

  /** Fires the timer that evicts what has been cached long enough. */
  evict(): OutEvent<number>[] {
    return this.handle({ type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'evictCache' } } });
  }

  get snapshot(): TopicSnapshot<number> {
    const snapshot = this.state.snapshot(TOPIC);
    if (snapshot === undefined) throw new Error('the topic is not joined');
    return snapshot;
  }

  get stats(): Readonly<Stats> {
    return this.state.stats();
  }
}

/** The messages among outputs, each with its receiver. */
export function sent(outputs: readonly OutEvent<number>[]): { to: number; message: Message<number> }[] {
  return outputs.flatMap((output) =>
    output.type === 'sendMessage' ? [{ to: output.to, message: output.message }] : [],
  );
}

/** The messages among outputs, in short: `2 graft`. */
export function sentTypes(outputs: readonly OutEvent<number>[]): string[] {
  return sent(outputs).map(({ to, message }) => `${to} ${message.type}`);
}

export function emitted(outputs: readonly OutEvent<number>[]): TopicEvent<number>[] {
  return outputs.flatMap((output) => (output.type === 'emitEvent' ? [output.event] : []));
}

/** The peers to reconcile with, and the reasons: `2 neighborUp`. */
export function reconciled(outputs: readonly OutEvent<number>[]): string[] {
  return outputs.flatMap((output) => (output.type === 'reconcile' ? [`${output.peer} ${output.reason}`] : []));
}

/** The first timer for a task among outputs. */
export function timer(
  outputs: readonly OutEvent<number>[],
  type: TimerTask<number>['type'],
): OutEvent<number> | undefined {
  return outputs.find((output) => output.type === 'scheduleTimer' && output.timer.task.type === type);
}

/** The delays of all timers among outputs, by task. */
export function timers(outputs: readonly OutEvent<number>[]): [string, number][] {
  return outputs.flatMap((output): [string, number][] =>
    output.type === 'scheduleTimer' ? [[output.timer.task.type, output.delay]] : [],
  );
}
