import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import {
  defaultHash,
  type InEvent,
  type Message,
  messageIdFromBytes,
  type OutEvent,
  type RootTag,
} from '../src/index.js';
import { Swarm } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

const HONEST = 8;
const HOSTILE = 3;

/** What a hostile node does with a payload that comes to it; it never passes one on as it is. */
const TRICKS = [
  'prune its tree',
  'prune a tree that nobody knows',
  'graft its tree and prune it',
  'graft all trees for it',
  'send it back along another tree',
  'send it back as if straight from its publisher',
  'announce it along another tree',
  'announce it, and never send it',
  'publish with a stolen tag',
  'publish with many tags',
  'say nothing',
] as const;
type Trick = (typeof TRICKS)[number];

/** Honest nodes, connected with each other, and hostile ones among their neighbors. */
class HostileSwarm extends Swarm {
  /** Payloads that an honest node has sent, and grafts that it was sent, by node and id. */
  readonly sent = new Map<string, number>();
  readonly asked = new Map<string, number>();
  /** All that were ever neighbors of a node. */
  readonly met = new Map<number, Set<number>>();
  readonly #tricks: readonly Trick[];
  #turn = 0;
  #published = 0;

  constructor(tricks: readonly Trick[], maxTrees: number) {
    super({ config: { membership: { activeViewCapacity: 16 }, hardened: { maxTrees } } });
    this.#tricks = tricks;
  }

  isHostile(id: number): boolean {
    return id >= HONEST;
  }

  override handle(id: number, event: InEvent<number>): OutEvent<number>[] {
    if (this.isHostile(id)) {
      if (event.type === 'recvMessage') this.#receive(id, event.from, event.message);
      return [];
    }
    if (event.type === 'recvMessage' && event.message.type === 'graft') this.#count(this.asked, id, event.message.id);
    const outputs = super.handle(id, event);
    for (const output of outputs) {
      if (output.type === 'sendMessage' && output.message.type === 'gossip')
        this.#count(this.sent, id, output.message.id);
      if (output.type === 'emitEvent' && output.event.type === 'neighborUp') {
        this.met.set(id, (this.met.get(id) ?? new Set()).add(output.event.peer));
      }
    }
    return outputs;
  }

  #receive(me: number, from: number, message: Message<number>): void {
    if (message.type !== 'gossip') return;
    const { id, content, scope, tag = 0 as RootTag } = message;
    const say = (said: Message<number>): void =>
      this.send(me, from, { type: 'recvMessage', from: me, topic: TOPIC, message: said });
    const other = (this.#turn * 7919) as RootTag;
    const swarm = { type: 'swarm', round: 0 } as const;
    const trick = this.#tricks[this.#turn++ % this.#tricks.length] as Trick;
    switch (trick) {
      case 'prune its tree':
        return say({ type: 'prune', tag });
      case 'prune a tree that nobody knows':
        return say({ type: 'prune', tag: other });
      case 'graft its tree and prune it':
        say({ type: 'graft', id: undefined, round: 0, tag });
        return say({ type: 'prune', tag });
      case 'graft all trees for it':
        return say({ type: 'graft', id, round: 0, tag: other });
      case 'send it back along another tree':
        return say({ type: 'gossip', id, content, scope, tag: other });
      case 'send it back as if straight from its publisher':
        return say({ type: 'gossip', id, content, scope: swarm, tag });
      case 'announce it along another tree':
        return say({
          type: 'ihave',
          messages: [
            { id, round: 0, tag: other },
            { id, round: 3, tag },
          ],
        });
      case 'announce it, and never send it':
        for (let to = 0; to < HONEST; to++) {
          const announced: Message<number> = { type: 'ihave', messages: [{ id, round: 0, tag }] };
          this.send(me, to, { type: 'recvMessage', from: me, topic: TOPIC, message: announced });
        }
        return;
      case 'publish with a stolen tag':
        return say(this.#payload(tag));
      case 'publish with many tags':
        for (let i = 0; i < 4; i++) say(this.#payload((other + i) as RootTag));
        return;
      case 'say nothing':
        return;
    }
  }

  #payload(tag: RootTag): Message<number> {
    // So many different payloads at most: each of them comes back to us, and we answer it.
    const content = new TextEncoder().encode(`hostile ${Math.min(this.#published++, 200)}`);
    return {
      type: 'gossip',
      id: messageIdFromBytes(defaultHash(content)),
      content,
      scope: { type: 'swarm', round: 0 },
      tag,
    };
  }

  #count(counts: Map<string, number>, node: number, id: string | undefined): void {
    if (id === undefined) return;
    counts.set(`${node} ${id}`, (counts.get(`${node} ${id}`) ?? 0) + 1);
  }
}

describe('whatever neighbors do to trees', () => {
  const publication = fc.record({
    by: fc.integer({ min: 0, max: HONEST - 1 }),
    pause: fc.constantFrom(1, 20, 300, 2_000),
  });

  test('every payload of an honest node reaches all others once, for no more than a flood', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...TRICKS), { minLength: 1, maxLength: 12 }),
        fc.array(publication, { minLength: 1, maxLength: 15 }),
        fc.constantFrom(2, 8, 1_024),
        (tricks, publications, maxTrees) => {
          const swarm = new HostileSwarm(tricks, maxTrees);
          swarm.join(0);
          for (let id = 1; id < HONEST; id++) swarm.join(id, [0]);
          swarm.run(2_000);
          for (let id = HONEST; id < HONEST + HOSTILE; id++) {
            swarm.add(id);
            for (let to = id % 2; to < HONEST; to += 2) {
              const message = { type: 'neighbor', priority: 'high', data: undefined } as const;
              swarm.handle(to, { type: 'recvMessage', from: id, topic: TOPIC, message });
            }
          }
          for (const [i, { by, pause }] of publications.entries()) {
            swarm.broadcast(by, `honest ${i}`);
            swarm.run(pause);
          }
          swarm.run(25_000);
          for (let id = 0; id < HONEST; id++) {
            const expected = publications.flatMap(({ by }, i) => (by === id ? [] : [`honest ${i}`]));
            const honest = swarm.received.get(id)?.filter((text) => text.startsWith('honest')) ?? [];
            expect(honest.toSorted()).toEqual(expected.toSorted());
          }
          for (const [key, sent] of swarm.sent) {
            const links = swarm.met.get(Number(key.split(' ')[0]))?.size ?? 0;
            expect(sent).toBeLessThanOrEqual(links + (swarm.asked.get(key) ?? 0));
          }
        },
      ),
      { numRuns: runs(10) },
    );
  });
});
