import type { Message, OutEvent, PartialConfig, PeerInfo } from '../../src/index.js';
import { sent, TestNode } from './node.js';

// What tests of membership have in common. The node under test has the identity 0.

export const ME = 0;

export const reference = (config: PartialConfig = {}, seed?: number): TestNode =>
  new TestNode({ mode: 'reference', ...config }, seed);
export const hardened = (config: PartialConfig = {}, seed?: number): TestNode =>
  new TestNode({ mode: 'hardened', ...config }, seed);

/** Fills the active view of a node with the peers 1 to 5, and its passive view with 6 and 7. */
export const full = (node: TestNode): TestNode => node.meet(1, 2, 3, 4, 5).learn(1, 6, 7);

export const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
export const list = (...ids: number[]): PeerInfo<number>[] => ids.map((id) => ({ id, data: undefined }));

export const join: Message<number> = { type: 'join', data: undefined };
export const high: Message<number> = { type: 'neighbor', priority: 'high', data: undefined };
export const reply = (...ids: number[]): Message<number> => ({ type: 'shuffleReply', nodes: list(...ids) });
export const introduce = (id: number, ttl: number): Message<number> => ({
  type: 'forwardJoin',
  peer: { id, data: undefined },
  ttl,
});

/** What a node sends to itself. */
export const toMe = (outputs: readonly OutEvent<number>[]) => sent(outputs).filter(({ to }) => to === ME);
