import { decode, encode } from '@grapevine/postcard';
import { expect, test } from 'vitest';
import { defaultConfig, type Message, maxPayload, messageCodec, type Scope, State, seededRng } from '../src/index.js';
import { utf8 } from './helper/node.js';
import { testSeed } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

/** A line of nodes that pass real frames on. A body of 4,096 bytes or more cannot be sent (docs/reference/wire-format.md). */
class Line {
  readonly arrived: number[] = [];
  readonly #codec = messageCodec<number>({
    minLength: 1,
    size: () => 1,
    write: (writer, value) => writer.byte(value),
    read: (reader) => reader.byte(),
  });
  readonly #nodes: State<number>[];
  readonly #startRound: number;

  constructor(length: number, startRound: number) {
    this.#startRound = startRound;
    this.#nodes = Array.from({ length }, (_, me) => {
      const state = new State({ me, rng: seededRng(testSeed(me)), hash: (content) => fakeHash(content) });
      state.handle({ type: 'command', topic: TOPIC, command: { type: 'join', peers: [] } }, 0);
      for (const from of [me - 1, me + 1].filter((id) => id >= 0 && id < length)) {
        const message: Message<number> = { type: 'neighbor', priority: 'high', data: undefined };
        state.handle({ type: 'recvMessage', from, topic: TOPIC, message }, 0);
      }
      return state;
    });
  }

  /** Publishes at one end. The first hop gets `startRound`, as if the line were longer. */
  publish(content: Uint8Array, scope: Scope): void {
    const [first] = this.#nodes as [State<number>];
    let outputs = first.handle({ type: 'command', topic: TOPIC, command: { type: 'broadcast', content, scope } }, 0);
    for (let from = 0; from + 1 < this.#nodes.length; from++) {
      const output = outputs.find(({ type }) => type === 'sendMessage');
      if (output?.type !== 'sendMessage') return;
      const body = encode(this.#codec, from === 0 ? this.#aged(output.message) : output.message);
      expect(body.length).toBeLessThan(4096);
      const message = decode(this.#codec, body);
      const next = this.#nodes[from + 1] as State<number>;
      outputs = next.handle({ type: 'recvMessage', from, topic: TOPIC, message }, 0);
      const received = outputs.find((event) => event.type === 'emitEvent' && event.event.type === 'received');
      if (received?.type === 'emitEvent' && received.event.type === 'received') {
        this.arrived.push(received.event.content.length);
      }
    }
  }

  #aged(message: Message<number>): Message<number> {
    if (message.type !== 'gossip' || message.scope.type !== 'swarm') return message;
    return { ...message, scope: { type: 'swarm', round: this.#startRound } };
  }
}

/** A quick hash. No other implementation is involved here, and BLAKE3 of 4,000 sizes takes a while. */
function fakeHash(content: Uint8Array): Uint8Array {
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, content.length);
  return hash;
}

test.each([0, 126, 16_382, 65_534])('every size up to the limit crosses four hops, from round %i on', (round) => {
  const line = new Line(5, round);
  const limit = maxPayload(defaultConfig(), 'swarm');
  const content = new Uint8Array(limit);
  for (let length = 0; length <= limit; length++) line.publish(content.subarray(0, length), 'swarm');
  const crossings = new Map<number, number>();
  for (const length of line.arrived) crossings.set(length, (crossings.get(length) ?? 0) + 1);
  expect(crossings.size).toBe(limit + 1);
  expect([...crossings.values()].every((count) => count === 4)).toBe(true);
});

test('a payload for neighbors may be three bytes longer, and goes one hop', () => {
  const line = new Line(3, 0);
  line.publish(new Uint8Array(maxPayload(defaultConfig(), 'neighbors')), 'neighbors');
  line.publish(utf8('short'), 'neighbors');
  expect(line.arrived).toEqual([4058, 5]);
});
