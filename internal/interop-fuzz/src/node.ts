import {
  defaultConfig,
  type InEvent,
  type OutEvent,
  type PeerId,
  resolveConfig,
  State,
  type StateOptions,
  type Timer,
} from '@grapevine/proto';
import { ChaCha12Rng, memoHash } from '@grapevine/sim';
import type { FuzzCase, Step } from './fuzz-case.js';
import { keyOf } from './timer-key.js';

/** The part of the kernel that is compared. The tests of the fuzz replace it by wrong ones. */
export type Kernel = Pick<State<PeerId>, 'handle'>;
export type MakeKernel = (options: StateOptions<PeerId>) => Kernel;

export const makeState: MakeKernel = (options) => new State(options);

/** One of our nodes in a case. */
export class Node {
  readonly #fuzzCase: FuzzCase;
  readonly #index: number;
  readonly #make: MakeKernel;
  readonly #hash = memoHash();
  #kernel: Kernel | undefined;
  #timers = new Map<string, Timer<PeerId>>();

  constructor(fuzzCase: FuzzCase, index: number, make: MakeKernel) {
    this.#fuzzCase = fuzzCase;
    this.#index = index;
    this.#make = make;
  }

  handle(step: Step): readonly OutEvent<PeerId>[] {
    if (step.do === 'start') {
      this.#timers = new Map();
      this.#kernel = this.#make({
        me: this.#fuzzCase.nodes[this.#index] as PeerId,
        peerData: step.data,
        config: resolveConfig(this.#fuzzCase.config, defaultConfig('nanoseconds')),
        rng: ChaCha12Rng.seedFromU64(step.seed),
        hash: this.#hash,
      });
      return [];
    }
    const event = this.#eventOf(step);
    if (event === undefined || this.#kernel === undefined) return [];
    const outputs = this.#kernel.handle(event, step.at);
    for (const output of outputs) {
      if (output.type !== 'scheduleTimer') continue;
      const { timer } = output;
      this.#timers.set(keyOf(timer.topic, timer.task), timer);
    }
    return outputs;
  }

  #eventOf(step: Exclude<Step, { readonly do: 'start' }>): InEvent<PeerId> | undefined {
    switch (step.do) {
      case 'disconnected':
        return { type: 'peerDisconnected', peer: step.peer };
      case 'data':
        return { type: 'updatePeerData', data: step.data };
      case 'receive':
        return { type: 'recvMessage', from: step.from, topic: this.#topic(step.topic), message: step.message };
      case 'join':
        return { type: 'command', topic: this.#topic(step.topic), command: { type: 'join', peers: step.peers } };
      case 'broadcast': {
        const { content, scope } = step;
        return { type: 'command', topic: this.#topic(step.topic), command: { type: 'broadcast', content, scope } };
      }
      case 'quit':
        return { type: 'command', topic: this.#topic(step.topic), command: { type: 'quit' } };
      case 'timer': {
        const timer = this.#timers.get(keyOf(this.#topic(step.topic), step.task));
        return timer && { type: 'timerExpired', timer };
      }
    }
  }

  #topic(index: number) {
    return this.#fuzzCase.topics[index] as FuzzCase['topics'][number];
  }
}
