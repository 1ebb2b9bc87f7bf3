import type { TopicId } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import type { EndpointAddr } from '../../src/address/endpoint-addr.js';
import type { PeerSource } from '../../src/gossip/peer-source.js';
import { type Listener, type Member, TestSwarm, TOPIC } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

/** A notice board: it lists each node that enters a topic, and tells each that asks about all others. */
class Board {
  readonly #members = new Map<TopicId, Set<Member>>();
  asked = 0;

  source(member: () => Member): PeerSource {
    return {
      find: async (topic) => {
        this.asked++;
        return [...(this.#members.get(topic) ?? [])].map(({ endpoint }) => endpoint.addr());
      },
      entered: (topic) => this.#of(topic).add(member()),
      left: (topic) => this.#of(topic).delete(member()),
    };
  }

  on(topic: TopicId): number {
    return this.#members.get(topic)?.size ?? 0;
  }

  #of(topic: TopicId): Set<Member> {
    const known = this.#members.get(topic) ?? new Set();
    this.#members.set(topic, known);
    return known;
  }
}

function withBoard(board: Board): Member {
  const member: Member = swarm.add({ peerSources: [board.source(() => member)] });
  return member;
}

const fixed = (find: PeerSource['find']): PeerSource => ({ find });

describe('a peer source', () => {
  test('brings nodes together that know nothing of each other, and forgets who leaves', async () => {
    swarm = new TestSwarm();
    const board = new Board();
    const listeners: Listener[] = [];
    for (let i = 0; i < 8; i++) listeners.push(await swarm.listen(withBoard(board)));
    await swarm.clock.until(() => listeners.every(({ session }) => session.neighbors().length >= 2));
    expect(board.on(TOPIC)).toBe(8);
    listeners[0]?.session.closeSender();
    listeners[0]?.session.closeReceiver();
    expect(board.on(TOPIC)).toBe(7);
  });

  test('is asked ever more rarely while there is room for neighbors, and soon when the last one is gone', async () => {
    swarm = new TestSwarm();
    const board = new Board();
    const first = await swarm.listen(withBoard(board));
    await swarm.clock.advance(10 * 60_000);
    const alone = board.asked;
    expect(alone).toBeGreaterThan(10); // each minute
    expect(alone).toBeLessThan(25);

    const second = await swarm.listen(withBoard(board));
    await swarm.clock.until(() => first.session.neighbors().length === 1);
    swarm.network.vanish(second.endpoint);
    await swarm.clock.until(() => first.session.neighbors().length === 0);
    const before = board.asked;
    await swarm.clock.advance(5_000);
    expect(board.asked).toBeGreaterThan(before);
  });

  test('is not asked when there is no room', async () => {
    swarm = new TestSwarm({ config: { membership: { activeViewCapacity: 1 } } });
    const board = new Board();
    const first = await swarm.listen(withBoard(board));
    const second = await swarm.listen(withBoard(board));
    await swarm.clock.until(() => first.session.neighbors().length + second.session.neighbors().length === 2);
    const before = board.asked;
    await swarm.clock.advance(5 * 60_000);
    expect(board.asked).toBe(before);
  });

  test('that fails, never answers, or answers nonsense does no harm', async () => {
    swarm = new TestSwarm();
    const other = await swarm.listen(swarm.add());
    const me: { addr?: EndpointAddr } = {};
    const aborted: boolean[] = [];
    const member = swarm.add({
      peerSources: [
        fixed(() => Promise.reject(new Error('no network'))),
        fixed((_, { signal }) => new Promise(() => signal.addEventListener('abort', () => aborted.push(true)))),
        fixed(async () => (me.addr ? [me.addr, me.addr.id] : [])),
        {
          ...fixed(async () => [other.endpoint.addr()]),
          entered: () => {
            throw new Error('broken');
          },
        },
      ],
    });
    me.addr = member.endpoint.addr();
    const listener = await swarm.listen(member);
    await swarm.clock.until(() => listener.session.neighbors().length === 1);
    await swarm.clock.advance(15_000);
    expect(aborted.length).toBeGreaterThan(0);
  });
});
