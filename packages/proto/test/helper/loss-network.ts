import { type InEvent, type MessageId, type OutEvent, State, seededRng } from '../../src/index.js';
import { testSeed } from './swarm.js';
import { TOPIC } from './topic.js';

interface Plan {
  /** Honest nodes. Any other end of a link is a neighbor whose messages the test makes. */
  readonly nodes: readonly number[];
  readonly links: readonly (readonly [number, number])[];
  /** `hardened.missingPerPeer`. The limit of a topic is sixteen times as high. */
  readonly missingPerPeer: number;
}

/** Nodes whose hosts exchange losses whenever the kernel asks for it. Nothing else passes between them. */
export class LossNetwork {
  now = 0;
  readonly #states: Map<number, State<number>>;
  readonly #lost = new Map<number, number>();

  constructor({ nodes, links, missingPerPeer }: Plan) {
    this.#states = new Map(nodes.map((me) => [me, newState(me, missingPerPeer)]));
    for (const [a, b] of links) {
      this.#meet(a, b);
      this.#meet(b, a);
    }
    this.pass(60); // after that, no node is a newcomer
  }

  /** How many losses the subscribers of a node have been told. */
  lost(me: number): number {
    return this.#lost.get(me) ?? 0;
  }

  /** Whether a payload was here, or was told as lost. */
  hasSeen(me: number, id: MessageId): boolean {
    return this.#states.get(me)?.hasSeen(TOPIC, id) === true;
  }

  feed(me: number, event: InEvent<number>): void {
    const state = this.#states.get(me);
    if (state === undefined) return; // no honest node
    for (const output of state.handle(event, this.now)) this.#carryOut(me, output);
  }

  /** Lets seconds pass, with what is due in each. */
  pass(seconds: number): void {
    const timer = { topic: TOPIC, generation: 1, task: { type: 'evictCache' } } as const;
    for (let i = 0; i < seconds; i++) {
      this.now += 1_000;
      for (const me of this.#states.keys()) this.feed(me, { type: 'timerExpired', timer });
    }
  }

  #meet(me: number, peer: number): void {
    for (let i = 0; i < 2; i++) {
      const message = { type: 'neighbor', priority: 'high', data: undefined } as const;
      this.feed(me, { type: 'recvMessage', from: peer, topic: TOPIC, message });
    }
  }

  #carryOut(me: number, output: OutEvent<number>): void {
    if (output.type === 'emitEvent' && output.event.type === 'lost')
      this.#lost.set(me, this.lost(me) + output.event.count);
    if (output.type !== 'reconcile') return;
    this.#tell(me, output.peer);
    this.#tell(output.peer, me);
  }

  #tell(from: number, to: number): void {
    const state = this.#states.get(from);
    const receiver = this.#states.get(to);
    if (state === undefined || receiver === undefined) return;
    const news = [...state.losses(TOPIC, this.now)].filter(({ id }) => !receiver.hasSeen(TOPIC, id));
    if (news.length > 0) this.feed(to, { type: 'lossesReported', topic: TOPIC, from, losses: news });
  }
}

function newState(me: number, missingPerPeer: number): State<number> {
  const config = {
    membership: { activeViewCapacity: 8 },
    hardened: { missingPerPeer, missingTotal: 16 * missingPerPeer, nodeMissing: 16 * missingPerPeer },
  };
  const state = new State<number>({ me, rng: seededRng(testSeed(me + 1)), config });
  state.handle({ type: 'command', topic: TOPIC, command: { type: 'join', peers: [] } }, 0);
  return state;
}
