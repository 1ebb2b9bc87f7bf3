import { describe, expect, test } from 'vitest';
import type { Message } from '../src/index.js';
import { hardened, high, introduce, join, list, range, reference } from './helper/membership.js';
import { sent, sentTypes, type TestNode, timer, timers } from './helper/node.js';
import { Swarm } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

// Requests to become a neighbor: their timers, dials, refusals and answers, beside the reference.

describe('where a round trip takes longer than an answer may', () => {
  test.each([2, 8])('%i neighbors do not go on confirming each other', (size) => {
    const swarm = new Swarm({ config: { mode: 'hardened' }, latency: () => 400 });
    for (const id of range(0, size)) swarm.join(id, id === 0 ? [] : [0]);
    swarm.run(30_000);
    const settled = swarm.traffic.get('neighbor') ?? 0;
    swarm.run(25_000);
    expect(swarm.asymmetric()).toEqual([]);
    expect(swarm.components()).toHaveLength(1);
    expect((swarm.traffic.get('neighbor') ?? 0) - settled).toBeLessThanOrEqual(size);
  });

  test('a neighbor behind a gap is asked again, and answered', () => {
    const node = hardened();
    node.expire(timer(node.receive(1, join), 'neighborRequest'));
    const asked = node.handle({ type: 'linkReplaced', peer: 1 });
    expect(sentTypes(asked)).toEqual(['1 neighbor']);
    node.receive(1, high);
    expect(sentTypes(node.receive(1, high))).toEqual(['1 neighbor']);
  });
});

describe('a neighbor request', () => {
  const dialing = (node: TestNode): ReturnType<TestNode['receive']> => {
    node.meet(1).learn(1, 8);
    const lost = node.disconnected(1);
    node.handle({ type: 'peerDialing', peer: 8 });
    return lost;
  };

  test('is given up by the reference while the dial is still running', () => {
    const node = reference();
    node.expire(timer(dialing(node), 'neighborRequest'));
    expect(node.snapshot).toMatchObject({ passiveView: [], pendingNeighborRequests: [] });
  });

  test('is kept in the hardened mode while the dial is running', () => {
    const node = hardened();
    let outputs = dialing(node);
    for (let i = 0; i < 5; i++) {
      outputs = node.expire(timer(outputs, 'neighborRequest'));
      expect(node.snapshot).toMatchObject({ passiveView: [8], pendingNeighborRequests: [8] });
    }
    // The link is up: from now on the peer has its full time to answer.
    const connected = node.handle({ type: 'peerConnected', peer: 8 });
    expect(timers(connected)).toEqual([['neighborRequest', 500]]);
    expect(node.expire(timer(outputs, 'neighborRequest'))).toEqual([]);
    expect(node.snapshot.pendingNeighborRequests).toEqual([8]);
    node.expire(timer(connected, 'neighborRequest'));
    expect(node.snapshot).toMatchObject({ passiveView: [], pendingNeighborRequests: [] });
  });

  describe('whose dial takes long', () => {
    /** Lost its only neighbor and dials 8, who does not answer; 9 is the other peer that it knows. */
    function waiting() {
      const node = hardened({ membership: { activeViewCapacity: 1 } });
      node.meet(1).learn(1, 8, 9);
      let outputs = node.disconnected(1);
      const slow = sent(outputs)[0]?.to ?? -1;
      node.handle({ type: 'peerDialing', peer: slow });
      /** Lets the time for an answer be up a number of times. @returns the outputs of the last time */
      const wait = (times: number) => {
        for (let i = 0; i < times; i++) outputs = node.expire(timer(outputs, 'neighborRequest'));
        return outputs;
      };
      return { node, slow, other: 17 - slow, wait };
    }

    test('holds a place in the view for four times as long as an answer may take, and then no more', () => {
      const { node, slow, other, wait } = waiting();
      expect(sentTypes(wait(3))).toEqual([]);
      expect(sentTypes(wait(1))).toEqual([`${other} neighbor`]);
      expect(sentTypes(wait(1))).toEqual([]); // once
      expect(node.snapshot.pendingNeighborRequests).toEqual([slow, other]);
    });

    test('comes too late where another has taken the place, and stays known', () => {
      const { node, slow, other, wait } = waiting();
      wait(4);
      node.receive(other, high);
      node.handle({ type: 'peerConnected', peer: slow });
      expect(sentTypes(node.receive(slow, high))).toContain(`${slow} disconnect`);
      expect(node.snapshot).toMatchObject({ activeView: [other], passiveView: [slow], pendingNeighborRequests: [] });
    });

    test('is welcome where the place is still free', () => {
      const { node, slow, wait } = waiting();
      wait(4);
      node.handle({ type: 'peerConnected', peer: slow });
      node.receive(slow, high);
      expect(node.snapshot.activeView).toEqual([slow]);
    });
  });

  test('is answered over the link that it went over, which the reference closes behind it', () => {
    const asked = (node: TestNode) => node.receive(8, { type: 'shuffleReply', nodes: list(8) });
    const closed = { type: 'disconnectPeer', peer: 8 };
    for (const [node, isKept] of [
      [reference(), false],
      [hardened(), true],
    ] as const) {
      const shuffle = timer(node.join(5), 'shuffle');
      node.meet(1);
      node.expire(shuffle);
      const outputs = asked(node);
      expect(sentTypes(outputs)).toEqual(['8 neighbor']);
      expect(outputs.some((output) => output.type === 'disconnectPeer')).toBe(!isKept);
      // Without an answer, the link is not kept for ever.
      if (isKept) expect(node.expire(timer(outputs, 'neighborRequest'))).toContainEqual(closed);
    }
  });

  test('whose dial fails makes way for the next candidate, for which the reference waits in vain', () => {
    const next = (node: TestNode): string[] => {
      node.meet(1).learn(1, 8, 9);
      const [first] = sent(node.disconnected(1));
      return sentTypes(node.disconnected(first?.to ?? -1));
    };
    expect(next(reference())).toEqual([]);
    expect(next(hardened())).toHaveLength(1);
  });

  test('that a forward join has started has a timer, which it lacks in the reference', () => {
    expect(timers(reference().meet(1, 2).receive(1, introduce(9, 0)))).toEqual([]);
    const node = hardened().meet(1, 2);
    const outputs = node.receive(1, introduce(9, 0));
    expect(timers(outputs)).toEqual([['neighborRequest', 500]]);
    node.expire(timer(outputs, 'neighborRequest'));
    expect(node.snapshot.pendingNeighborRequests).toEqual([]);
  });

  test('has only its own timer: one from an earlier request is void', () => {
    const node = hardened().meet(1, 2);
    const first = node.receive(1, introduce(9, 0));
    node.receive(9, high);
    node.receive(9, { type: 'disconnect', alive: true, respond: false });
    node.receive(1, introduce(9, 0));
    expect(node.expire(timer(first, 'neighborRequest'))).toEqual([]);
    expect(node.snapshot.pendingNeighborRequests).toEqual([9]);
  });

  test('that is an answer does not take a place away, as it does for ever in the reference', () => {
    const wanting = (node: TestNode): boolean => {
      // Three neighbors have asked us, so three answers of ours count as requests: 3 + 3 >= 5.
      for (const peer of [1, 2, 3]) node.receive(peer, { type: 'neighbor', priority: 'low', data: undefined });
      node.learn(1, 8);
      node.now += 10_000;
      return sentTypes(node.receive(1, { type: 'shuffleReply', nodes: [] })).includes('8 neighbor');
    };
    expect(wanting(reference())).toBe(false);
    expect(wanting(hardened())).toBe(true);
  });

  test('that is refused leads to the next one only while we are alone, so full swarms stay quiet', () => {
    const refuse = (node: TestNode, neighbors: number): string[] => {
      node.meet(...range(1, neighbors + 1)).learn(1, 8, 9);
      const [request] = sent(node.disconnected(1));
      const from = request?.to ?? -1;
      return [
        ...sentTypes(node.receive(from, { type: 'shuffleReply', nodes: list(10, 11) })),
        ...sentTypes(node.receive(from, { type: 'disconnect', alive: true, respond: false })),
      ];
    };
    expect(refuse(hardened(), 2)).toEqual([]);
    expect(refuse(hardened(), 0)).toHaveLength(1);
    expect(refuse(reference(), 2)).toHaveLength(1);
  });
});

describe('a node that is refused', () => {
  const declined: Message<number> = { type: 'disconnect', alive: true, respond: false };
  const shuffle = (node: TestNode) =>
    node.handle({ type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } } });

  const accepted: Message<number>[] = [high, { type: 'shuffleReply', nodes: list(10, 11) }, declined];

  /** Its neighbor lets go of it, and each peer that it asks answers so. @returns when it has asked, until the next shuffle */
  const asked = (node: TestNode, neighbors: number, answers: Message<number>[]): number[] => {
    node.meet(...range(1, neighbors + 1)).learn(1, 8, 9);
    const times: number[] = [];
    const outputs = node.receive(1, declined);
    for (let output = outputs.shift(); output !== undefined && times.length < 50; output = outputs.shift()) {
      if (output.type === 'scheduleTimer' && output.timer.task.type === 'refill') {
        node.now += output.delay;
        outputs.push(...node.expire(output));
      } else if (output.type === 'sendMessage' && output.message.type === 'neighbor') {
        times.push(node.now);
        for (const answer of answers) outputs.push(...node.receive(output.to, answer));
      }
    }
    return times;
  };

  test('goes on at once for ever in the reference', () => {
    expect(asked(reference(), 2, accepted)).toEqual(Array(50).fill(0));
  });

  test('waits longer each time while it has a neighbor: the next shuffle is soon enough', () => {
    const node = hardened();
    const times = asked(node, 2, accepted);
    // A list of nodes causes a request at once, up to a few times, because it may be the answer to a shuffle.
    const pauses = times.map((time, i) => time - (times[i - 1] ?? 0)).filter((pause) => pause > 0);
    expect(pauses).toHaveLength(11);
    expect(times.filter((_, i) => times[i] === times[i - 1])).toHaveLength(5);
    for (const [i, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(Math.floor(0.5 * 31.25 * 2 ** i));
      expect(pause).toBeLessThanOrEqual(Math.ceil(1.5 * 31.25 * 2 ** i));
    }
    shuffle(node);
    expect(timer(node.receive(2, declined), 'refill')).toBeDefined();
  });

  test('goes on at once while it has none, a few times', () => {
    const times = asked(hardened(), 0, [declined]);
    expect(times.filter((time) => time === 0)).toHaveLength(5);
    expect(times).toHaveLength(5 + 11);
  });

  test('has one pause at a time, and none where there is no room', () => {
    const node = hardened({ membership: { activeViewCapacity: 3 } })
      .meet(1, 2, 3)
      .learn(1, 8, 9);
    expect(timers(node.receive(1, declined)).map(([task]) => task)).toContain('refill');
    expect(timers(node.receive(2, declined)).map(([task]) => task)).not.toContain('refill');
    node.meet(4, 5);
    expect(
      sentTypes(
        node.handle({ type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'refill' } } }),
      ),
    ).toEqual([]);
  });

  test('goes on at once where a link broke', () => {
    const node = hardened().meet(1, 2, 3).learn(1, 8, 9);
    node.receive(1, declined);
    expect(sentTypes(node.disconnected(2))).toHaveLength(1);
  });
});

describe('an answer that crosses our disconnect', () => {
  /** Introduced to its neighbor 5, the node asks it once more; before the answer is here, a join pushes 5 out. */
  const crossed = (make: typeof hardened) => {
    for (let seed = 1; ; seed++) {
      const node = make({ membership: { activeViewCapacity: 2 } }, seed).meet(1, 5);
      const asked = timer(node.receive(1, introduce(5, 3)), 'neighborRequest');
      if (sentTypes(node.receive(6, join)).includes('5 disconnect')) return { node, asked };
    }
  };

  test('makes a neighbor in the reference that lets go of us when it reads the disconnect', () => {
    const { node } = crossed(reference);
    node.receive(5, high);
    expect(node.snapshot.activeView).toContain(5);
  });

  test('is void in the hardened mode, once', () => {
    const { node } = crossed(hardened);
    const outputs = node.receive(5, high);
    expect(node.snapshot.activeView).toEqual([1, 6]);
    expect(sentTypes(outputs)).toEqual(['5 disconnect']);
    node.receive(5, high);
    expect(node.snapshot.activeView).toContain(5);
  });

  test.each<[string, (node: TestNode, asked: ReturnType<typeof timer>) => void]>([
    ['its time is up', (node, asked) => node.expire(asked)],
    ['the peer has declined', (node) => node.receive(5, { type: 'disconnect', alive: true, respond: false })],
    ['the link is gone', (node) => node.disconnected(5)],
  ])('is expected no longer when %s', (_, happens) => {
    const { node, asked } = crossed(hardened);
    happens(node, asked);
    node.receive(5, high);
    expect(node.snapshot.activeView).toContain(5);
  });

  test('does not void the answer to a later request', () => {
    const { node } = crossed(hardened);
    node.disconnected(1);
    node.receive(6, introduce(5, 3));
    node.receive(5, high);
    expect(node.snapshot.activeView).toContain(5);
  });
});
