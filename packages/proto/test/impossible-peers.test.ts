import { decode, encode } from '@grapevine/postcard';
import { describe, expect, test } from 'vitest';
import { hexId32, type Message, messageCodec, State, seededRng } from '../src/index.js';
import { sent } from './helper/node.js';
import { testSeed } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

// X3: ids are checked when a peer is dialed or named to others, and not before.

const data = Uint8Array.of(1);
const high: Message<number> = { type: 'neighbor', priority: 'high', data: undefined };
const list = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ id: from + i, data }));

/** A node among peers with even names: there are no others. It has the neighbors 2 and 4. */
function node(): {
  state: State<number>;
  checked: number[];
  receive: (from: number, message: Message<number>) => string[];
} {
  const checked: number[] = [];
  const isPeer = (id: number): boolean => {
    checked.push(id);
    return id % 2 === 0;
  };
  const state = new State<number>({ me: 0, rng: seededRng(testSeed(1)), isPeer });
  state.handle({ type: 'command', topic: TOPIC, command: { type: 'join', peers: [] } }, 0);
  const receive = (from: number, message: Message<number>): string[] =>
    sent(state.handle({ type: 'recvMessage', from, topic: TOPIC, message }, 0)).map(
      ({ to, message: { type } }) => `${to} ${type}`,
    );
  for (const from of [2, 4]) receive(from, high);
  return { state, checked, receive };
}

describe('a peer that cannot exist', () => {
  test('is neither asked nor passed on when it is introduced', () => {
    const { state, receive } = node();
    expect(receive(2, { type: 'forwardJoin', peer: { id: 7, data }, ttl: 0 })).toEqual([]);
    expect(receive(2, { type: 'forwardJoin', peer: { id: 7, data }, ttl: 5 })).toEqual([]);
    expect(receive(2, { type: 'forwardJoin', peer: { id: 8, data }, ttl: 5 })).toEqual(['4 forwardJoin']);
    expect(state.stats().impossiblePeers).toBe(2);
  });

  test('is left out of the lists that we take and pass on, and gets no answer', () => {
    const { state, receive } = node();
    receive(2, { type: 'shuffleReply', nodes: list(20, 6) });
    expect(state.snapshot(TOPIC)?.passiveView).toEqual([20, 22, 24]);
    const shuffle = { type: 'shuffle', origin: 8, nodes: list(30, 4), ttl: 5 } as const;
    const passedOn = sent(state.handle({ type: 'recvMessage', from: 2, topic: TOPIC, message: shuffle }, 0));
    expect(passedOn).toMatchObject([{ to: 4, message: { nodes: [{ id: 30 }, { id: 32 }] } }]);
    expect(receive(2, { ...shuffle, origin: 7, ttl: 0 })).toEqual([]);
  });

  test('costs a stranger nothing: nobody looks at its names', () => {
    const { checked, receive } = node();
    receive(66, { type: 'shuffle', origin: 7, nodes: list(1_000, 60), ttl: 3 });
    receive(66, { type: 'shuffleReply', nodes: list(1_000, 60) });
    receive(66, { type: 'forwardJoin', peer: { id: 7, data }, ttl: 3 });
    expect(checked).toEqual([]);
  });

  test('is looked for in 64 lists of 16 names of a neighbor a minute', () => {
    const { checked, receive } = node();
    for (let i = 0; i < 1_000; i++) receive(2, { type: 'shuffle', origin: 4, nodes: list(1_000 + 60 * i, 60), ttl: 3 });
    expect(checked.length).toBe(64 * 16);
  });

  test('is looked for in 128 lists that a neighbor sends us, then in 64 a minute, and in 64 of the next neighbor', () => {
    const { state, checked, receive } = node();
    const namedBy = (from: number, first: number): number => {
      const before = checked.length;
      for (let i = 0; i < 1_000; i++) receive(from, { type: 'shuffleReply', nodes: list(first + 60 * i, 60) });
      return checked.length - before;
    };
    const perList = namedBy(2, 1_000) / 128;
    expect(perList).toBeLessThanOrEqual(32);
    expect(namedBy(4, 100_000)).toBeGreaterThan(0);
    expect(state.stats().refusedShuffles).toBe(872 + 936);
  });
});

describe('the decoder', () => {
  const hex = (i: number): string => i.toString(16).padStart(64, '0');
  const nodes = Array.from({ length: 1_000 }, (_, i) => ({ id: hex(i), data: i % 2 === 0 ? data : undefined }));
  const bytes = encode(messageCodec(hexId32), { type: 'shuffle', origin: hex(1), nodes, ttl: 3 });

  test('keeps so many nodes of a list, and one more to show that there were', () => {
    const cut = decode(messageCodec(hexId32, { maxListedNodes: 64 }), bytes);
    expect(cut).toEqual({ type: 'shuffle', origin: hex(1), nodes: nodes.slice(0, 65), ttl: 3 });
  });

  test('keeps them all where nobody says how many', () => {
    expect(decode(messageCodec(hexId32), bytes)).toMatchObject({ nodes: { length: 1_000 } });
  });

  test('reads the rest of a list all the same: one that is broken is an error', () => {
    const codec = messageCodec(hexId32, { maxListedNodes: 64 });
    expect(() => decode(codec, bytes.subarray(0, bytes.length - 10))).toThrow('expected 32 bytes');
  });
});
