import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import type { Message, OutEvent, RootTag } from '../src/index.js';
import { TimerHeap } from '../src/index.js';
import { emitted, idOf, payload, sent, TestNode, utf8 } from './helper/node.js';
import { type Said, TreeModel } from './helper/tree-model.js';

const PEERS = [1, 2, 3, 4, 5];
const TAGS: Readonly<Record<string, RootTag>> = { a: 0xa as RootTag, b: 0xb as RootTag, c: 0xc as RootTag };
const TEXTS = ['first', 'u', 'v', 'w', 'x', 'y', 'z'];
/** Payloads are kept for 30 s; afterwards a node decides otherwise about those that come once more. */
const LONGEST = 29_000;

const textOf = new Map(TEXTS.map((text) => [idOf(utf8(text)), text]));
const tagOf = (tag: RootTag | undefined): string => Object.keys(TAGS).find((name) => TAGS[name] === tag) ?? '';

const peer = fc.constantFrom(...PEERS);
const tag = fc.constantFrom('a', 'a', 'b', 'c');
const text = fc.constantFrom(...TEXTS);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ does: fc.constant('send'), peer, tag, text, round: fc.nat(3), guest: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('announce'), peer, tag, text }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('prune'), peer, tag }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('graft'), peer, tag, text: fc.option(text, { nil: undefined }) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('leave'), peer }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('come'), peer }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('wait'), ms: fc.constantFrom(1, 6, 12, 90, 700, 2_500, 11_000) }),
  },
) as fc.Arbitrary<Step>;

type Step =
  | { does: 'send'; peer: number; tag: string; text: string; round: number; guest: boolean }
  | { does: 'announce'; peer: number; tag: string; text: string }
  | { does: 'prune'; peer: number; tag: string }
  | { does: 'graft'; peer: number; tag: string; text: string | undefined }
  | { does: 'leave'; peer: number }
  | { does: 'come'; peer: number }
  | { does: 'wait'; ms: number };

/** A node and the model of it: each step goes to both, and both say what they say. */
class Pair {
  readonly #node = new TestNode();
  readonly #model = new TreeModel();
  readonly #timers = new TimerHeap<OutEvent<number>>();

  constructor() {
    this.#meet(1);
    this.do({ does: 'send', peer: 1, tag: 'a', text: 'first', round: 0, guest: false });
    for (const each of PEERS) this.do({ does: 'come', peer: each });
  }

  do(step: Step): void {
    if (step.does === 'wait') {
      this.#wait(Math.min(this.#node.now + step.ms, LONGEST));
      return;
    }
    if (step.does === 'come') {
      if (this.#model.neighbors.has(step.peer)) return;
      this.#meet(step.peer);
      // It knows tags, as all neighbors in the page do.
      this.#receive(step.peer, ihave('a', 'first'));
      return;
    }
    if (!this.#model.neighbors.has(step.peer)) return;
    switch (step.does) {
      case 'send': {
        const { round, guest } = step;
        this.#model.onPayload({ tag: step.tag, id: step.text, round, guest }, step.peer);
        return this.#receive(step.peer, {
          ...payload(step.text, round),
          tag: TAGS[step.tag] as RootTag,
          ...(guest && { guest: true as const }),
        });
      }
      case 'announce':
        this.#model.onAnnouncement(step.text, step.peer);
        return this.#receive(step.peer, ihave(step.tag, step.text));
      case 'prune':
        this.#model.onPrune(step.tag, step.peer);
        return this.#receive(step.peer, { type: 'prune', tag: TAGS[step.tag] as RootTag });
      case 'graft': {
        const id = step.text === undefined ? undefined : idOf(utf8(step.text));
        this.#model.onGraft(step.tag, step.text, step.peer);
        return this.#receive(step.peer, { type: 'graft', id, round: 0, tag: TAGS[step.tag] as RootTag });
      }
      case 'leave':
        return this.#heard(this.#node.disconnected(step.peer));
    }
  }

  #meet(peer: number): void {
    this.#node.meet(peer);
    this.#model.onNeighborUp(peer);
  }

  #receive(from: number, message: Message<number>): void {
    this.#heard(this.#node.receive(from, message));
  }

  #wait(end: number): void {
    for (;;) {
      const due = this.#timers.popUntil(end);
      if (due === undefined) break;
      this.#model.now = this.#node.now = due.time;
      this.#heard(this.#node.expire(due.item));
    }
    this.#model.now = this.#node.now = end;
  }

  /** Who asks for what when is not the model's affair, and neither is who stays a neighbor. */
  #heard(outputs: readonly OutEvent<number>[]): void {
    for (const output of outputs) {
      if (output.type === 'scheduleTimer') this.#timers.insert(this.#node.now + output.delay, output);
    }
    for (const event of emitted(outputs)) if (event.type === 'neighborDown') this.#model.onNeighborDown(event.peer);
    const said: Said[] = [];
    for (const { to, message } of sent(outputs)) {
      if (message.type === 'gossip') said.push(`${to} gossip ${tagOf(message.tag)} ${textOf.get(message.id)}`);
      if (message.type === 'prune') said.push(`${to} prune ${tagOf(message.tag)}`);
      if (message.type !== 'graft') continue;
      const asked = message.id === undefined ? undefined : textOf.get(message.id);
      if (asked === undefined) said.push(`${to} graft ${tagOf(message.tag)}`);
      else this.#model.hasAsked(tagOf(message.tag), asked, to);
    }
    expect(said.toSorted()).toEqual(this.#model.takeSaid().toSorted());
  }
}

function ihave(tag: string, text: string): Message<number> {
  return { type: 'ihave', messages: [{ id: idOf(utf8(text)), round: 0, tag: TAGS[tag] as RootTag }] };
}

test('a node does what the program in docs/trees.md does, whatever its neighbors say', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pair = new Pair();
      for (const each of steps) pair.do(each);
    }),
    { numRuns: runs(100) },
  );
});
