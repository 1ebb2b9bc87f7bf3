import { describe, expect, test } from 'vitest';
import type { Message } from '../src/index.js';
import { hardened, high, range, reference } from './helper/membership.js';
import { sent, sentTypes, type TestNode, timer, timers } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

// What a node does after it has lost neighbors, beside the reference.

describe('a passive peer that says that it has left the topic', () => {
  const afterLeaving = (node: TestNode): readonly number[] => {
    node.meet(1).learn(1, 5, 6);
    node.receive(5, { type: 'disconnect', alive: false, respond: false });
    return node.snapshot.passiveView;
  };

  test('stays known to the reference', () => {
    expect(afterLeaving(reference())).toContain(5);
  });

  test('is forgotten', () => {
    expect(afterLeaving(hardened())).toContain(6);
    expect(afterLeaving(hardened())).not.toContain(5);
  });
});

describe('a neighbor whose link broke', () => {
  /** Shuffles a number of times. @returns in which of them the lost neighbor was written to */
  const tried = (node: TestNode, shuffles: number): number[] => {
    node.meet(1, 2);
    node.disconnected(1);
    return range(1, shuffles).filter(() => {
      const outputs = node.handle({
        type: 'timerExpired',
        timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } },
      });
      node.disconnected(1); // it cannot be reached
      return sentTypes(outputs).includes('1 neighbor');
    });
  };

  test('is forgotten by the reference, so that two halves with full views never meet again', () => {
    expect(tried(reference(), 100)).toEqual([]);
  });

  test('is tried again by the hardened mode, ever more rarely and for ever', () => {
    expect(tried(hardened(), 70)).toEqual([1, 2, 4, 8, 16, 32, 48, 64]);
  });

  const shuffled = (node: TestNode) =>
    sentTypes(node.handle({ type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } } }));

  test.each<[string, Message<number>]>([
    ['it is one again', high],
    ['it has left the topic', { type: 'disconnect', alive: false, respond: false }],
  ])('is tried no more when %s', (_, message) => {
    const node = hardened().meet(1, 2);
    node.disconnected(1);
    node.receive(1, message);
    expect(shuffled(node)).not.toContain('1 neighbor');
  });

  test.each<[string, Message<number>]>([
    ['is heard of', { type: 'shuffle', origin: 1, nodes: [], ttl: 0 }],
    ['declines', { type: 'disconnect', alive: true, respond: false }],
  ])('is tried again although it %s: the swarm may still be split', (_, message) => {
    const node = hardened().meet(1, 2);
    node.disconnected(1);
    node.receive(1, message);
    expect(shuffled(node)).toContain('1 neighbor');
  });

  test('is welcome however long the dial takes and however full the view is', () => {
    const node = hardened({ membership: { activeViewCapacity: 2 } }).meet(1, 2);
    node.disconnected(1);
    node.handle({ type: 'peerDialing', peer: 1 });
    let asked = timer(
      node.handle({ type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } } }),
      'neighborRequest',
    );
    for (let times = 0; times < 5; times++) asked = timer(node.expire(asked), 'neighborRequest');
    node.meet(3);
    node.handle({ type: 'peerConnected', peer: 1 });
    node.receive(1, high);
    expect(node.snapshot.activeView).toContain(1);
  });
});

describe('where many neighbors are lost at once', () => {
  /** A node that has lost so many of its five neighbors, and has three. @returns the timer by which it tries them, if there is one */
  function split(lost: number) {
    const node = hardened().meet(...range(1, 5));
    const outputs = range(1, lost).flatMap((peer) => node.disconnected(peer));
    node.meet(...range(6, lost - 2)); // others take their places
    return { node, delays: timers(outputs).filter(([task]) => task === 'askForMembers'), outputs };
  }

  test('some of them are tried before the next shuffle, one after the other, for as long as two shuffles take', () => {
    const { node, delays, outputs } = split(3);
    expect(delays).toEqual([['askForMembers', 15_000]]);
    const tried: string[][] = [];
    for (let next = timer(outputs, 'askForMembers'); tried.length < 20; ) {
      const tries = node.expire(next);
      tried.push(sentTypes(tries).filter((text) => /^[123] /.test(text)));
      const [peer = 0] = sent(tries).map(({ to }) => to);
      node.disconnected(peer);
      if (!timers(tries).some(([task]) => task === 'askForMembers')) break;
      next = timer(tries, 'askForMembers');
    }
    expect(tried).toHaveLength(8);
    expect(new Set(tried.flat())).toEqual(new Set(['1 neighbor', '2 neighbor', '3 neighbor']));
  });

  test('one that is lost by itself waits for the shuffle', () => {
    expect(split(1).delays).toEqual([]);
  });
});

describe('a link that was lost', () => {
  const closedAfter = (node: TestNode) =>
    node
      .meet(1, 2)
      .disconnected(1)
      .filter(({ type }) => type === 'disconnectPeer');

  test('is closed once more by the reference, which may hit a newer one', () => {
    expect(closedAfter(reference())).toEqual([{ type: 'disconnectPeer', peer: 1 }]);
  });

  test('is left alone by the hardened mode', () => {
    expect(closedAfter(hardened())).toEqual([]);
  });
});

describe('a node that is short of neighbors and hears from nobody', () => {
  test('tries again with each shuffle in the hardened mode; the reference waits to be woken', () => {
    const wake = (node: TestNode): string[] => {
      const shuffle = timer(node.join(5), 'shuffle');
      node.meet(1).learn(1, 8);
      return sentTypes(node.expire(shuffle));
    };
    expect(wake(reference())).toEqual(['1 shuffle']);
    expect(wake(hardened())).toEqual(['1 shuffle', '8 neighbor']);
  });
});
