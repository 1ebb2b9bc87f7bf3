import { describe, expect, test } from 'vitest';
import type { Message, PeerInfo } from '../src/index.js';
import { sent, sentTypes, TestNode, timer } from './helper/node.js';

const list = (...ids: number[]): PeerInfo<number>[] => ids.map((id) => ({ id, data: undefined }));
const others: Message<number> = { type: 'shuffleReply', nodes: list(11, 12, 13) };
const refusal: Message<number> = { type: 'disconnect', alive: true, respond: false };
const consent: Message<number> = { type: 'neighbor', priority: 'high', data: undefined };

/** Joins through a peer that refuses, with a list. @returns what is sent for it */
function refused(node: TestNode, contact = 1): string[] {
  return [...sentTypes(node.receive(contact, others)), ...sentTypes(node.receive(contact, refusal))];
}

describe('a node that is not let in by the peer that it has asked', () => {
  test('joins through one of those that it lists, so that it is introduced to others', () => {
    const node = new TestNode();
    node.join(1);
    expect(refused(node)).toEqual([expect.stringMatching(/^1[123] join$/)]);
  });

  test('asks the next one in the same way when that one refuses, too, or does not answer', () => {
    const node = new TestNode();
    node.join(1);
    const request = node.receive(1, others);
    node.receive(1, refusal);
    const [first] = sent(request).map(({ to }) => to) as [number];
    const next = node.receive(first, refusal);
    expect(sentTypes(next)).toEqual([expect.stringMatching(/^1[123] join$/)]);
    const [second] = sent(next).map(({ to }) => to) as [number];
    expect(second).not.toBe(first);
    const expired = node.expire(timer(next, 'neighborRequest'));
    expect(sentTypes(expired)).toEqual([expect.stringMatching(/^1[123] join$/)]);
  });

  test('takes its consent like that of a bootstrap peer: it asks for others a while later', () => {
    const node = new TestNode();
    node.join(1);
    const [standIn] = sent(node.receive(1, others)).map(({ to }) => to) as [number];
    node.receive(1, refusal);
    const outputs = node.receive(standIn, consent);
    expect(sentTypes(outputs)).toEqual([]);
    expect(timer(outputs, 'askForMembers')).toBeDefined();
    expect(node.snapshot.activeView).toEqual([standIn]);
  });

  test('takes one answer of its stand-in: those that it repeats have nobody asked for others', () => {
    const node = new TestNode();
    node.join(1);
    const [standIn] = sent(node.receive(1, others)).map(({ to }) => to) as [number];
    node.receive(1, refusal);
    const answers = Array.from({ length: 10 }, () => node.receive(standIn, consent)).flat();
    const asking = answers.filter(
      (output) => output.type === 'scheduleTimer' && output.timer.task.type === 'askForMembers',
    );
    expect(asking).toHaveLength(1);
  });

  test('only becomes a neighbor of others once it has one', () => {
    const node = new TestNode();
    node.join(1);
    const [standIn] = sent(node.receive(1, others)).map(({ to }) => to) as [number];
    node.receive(1, refusal);
    node.receive(standIn, consent);
    const sentLater = sentTypes(node.receive(standIn, { type: 'shuffleReply', nodes: list(14, 15) }));
    expect(sentLater.filter((text) => text.endsWith(' join'))).toEqual([]);
  });

  test('asks to be a neighbor in the reference', () => {
    const node = new TestNode({ mode: 'reference' });
    node.join(1);
    expect(refused(node)).toEqual([expect.stringMatching(/^1[123] neighbor$/)]);
  });
});
