import { describe, expect, test } from 'vitest';
import type { Message } from '../src/index.js';
import { hardened, high, join, list, ME, reference } from './helper/membership.js';
import { sent, sentTypes, timer, timers } from './helper/node.js';

// The first second of a member, beside the reference.

describe('a new member', () => {
  /** One that peer 1 has let in, and the timer after which it looks around. */
  const letIn = (config = {}) => {
    const node = hardened(config);
    node.join(1);
    return { node, look: timer(node.receive(1, high), 'askForMembers') };
  };

  test('asks the peer that has let it in for other members while it has no more neighbors, and then those', () => {
    const { node, look } = letIn();
    expect(look).toMatchObject({ delay: 1_000 });
    const asked = sent(node.expire(look));
    expect(asked).toMatchObject([{ to: 1, message: { type: 'shuffle', origin: ME, ttl: 0 } }]);
    const answer = node.receive(1, { type: 'shuffleReply', nodes: list(2, 3) });
    expect(sentTypes(answer)).toHaveLength(1);
    expect(sentTypes(answer)[0]).toMatch(/^[23] neighbor$/);
  });

  test('asks for no more nodes than a list may have', () => {
    const { node, look } = letIn({ membership: { maxListedNodes: 3 } });
    expect(sent(node.expire(look))).toMatchObject([{ message: { nodes: { length: 3 } } }]);
  });

  test('asks both neighbors, because each may know nobody else', () => {
    const { node, look } = letIn();
    node.meet(2);
    expect(sentTypes(node.expire(look))).toEqual(['1 shuffle', '2 shuffle']);
  });

  test('asks nobody when half of its active view is filled by then', () => {
    const { node, look } = letIn();
    node.meet(2, 3);
    expect(node.expire(look)).toEqual([]);
  });

  test('is told of others by the peer that lets it in, right after its consent', () => {
    const contact = hardened().meet(1, 2);
    const answers = sent(contact.receive(7, join)).filter(({ to }) => to === 7);
    expect(answers).toMatchObject([{ message: { type: 'neighbor' } }, { message: { type: 'shuffleReply' } }]);
    const { message } = answers[1] as { message: Extract<Message<number>, { type: 'shuffleReply' }> };
    expect(message.nodes.map(({ id }) => id).sort()).toEqual([1, 2]);
    expect(sentTypes(hardened().receive(7, join))).toEqual(['7 neighbor']);
  });

  test('keeps them for the time when that peer is gone', () => {
    const { node } = letIn();
    expect(node.receive(1, { type: 'shuffleReply', nodes: list(2) })).toEqual([]);
    expect(sentTypes(node.disconnected(1))).toEqual(['2 neighbor']);
  });

  test('asks one of them when it is short of neighbors after a second: that peer may be dead', () => {
    const { node, look } = letIn();
    node.receive(1, { type: 'shuffleReply', nodes: list(2) });
    expect(sentTypes(node.expire(look))).toEqual(['1 shuffle', '2 neighbor']);
  });

  test('asks nobody when it is alone again', () => {
    const { node, look } = letIn();
    node.disconnected(1);
    expect(node.expire(look)).toEqual([]);
  });

  test('introduces those whom it has let in before it was let in itself, once: they know nobody else', () => {
    const node = hardened();
    node.join(1, 9);
    expect(sentTypes(node.receive(7, join))).toEqual(['7 neighbor']);
    const entered = sent(node.receive(1, high));
    expect(entered).toMatchObject([
      { to: 1, message: { type: 'neighbor' } },
      { to: 7, message: { type: 'shuffleReply', nodes: [{ id: 1 }] } },
      { to: 1, message: { type: 'forwardJoin', peer: { id: 7 } } },
    ]);
    expect(sentTypes(node.receive(9, high))).toEqual(['9 neighbor']);
  });

  test('introduces nobody in the reference', () => {
    const node = reference();
    node.join(1);
    node.receive(7, join);
    expect(sentTypes(node.receive(1, high))).toEqual(['1 neighbor']);
  });

  test('has no such timer when it has let others in itself, and once for each Join that was answered', () => {
    expect(timer(hardened().receive(1, join), 'askForMembers')).toBeUndefined();
    expect(timer(letIn().node.receive(1, high), 'askForMembers')).toBeUndefined();
  });

  test('waits for its first shuffle in the reference', () => {
    const node = reference();
    node.join(1);
    expect(timers(node.receive(1, high)).map(([task]) => task)).not.toContain('askForMembers');
  });
});
