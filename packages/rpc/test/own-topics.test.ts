import { topicIdFrom } from '@grapevine/api';
import { SecretKey } from '@grapevine/net';
import { describe, expect, test } from 'vitest';
import { type OwnTopics, RpcRefusedError } from '../src/index.js';
import { useNodes } from './setup.js';

const ROOM = topicIdFrom('my-room');
const nodes = useNodes();
const peer = { id: SecretKey.generate().id, addrs: [] };

/** Remembers what is asked of it. */
function keeper(): { asked: unknown[]; topics: OwnTopics } {
  const asked: unknown[] = [];
  const answer = async (...what: unknown[]) => {
    asked.push(what);
    return asked.length === 1; // only the first makes a difference
  };
  return {
    asked,
    topics: { enter: (...args) => answer('enter', ...args), leave: (...args) => answer('leave', ...args) },
  };
}

describe("the node's own topics", () => {
  test('are entered and left as clients ask, with the peers that they name', async () => {
    const { asked, topics } = keeper();
    const { control } = nodes.connect(await nodes.serve(nodes.node().gossip, { topics }));
    expect(await control.enter(ROOM, [peer])).toBe(true);
    expect(await control.enter(ROOM, [peer.id])).toBe(false);
    await expect(control.enter(ROOM, ['nobody'])).rejects.toThrow('ticket');
    expect(await control.leave(ROOM)).toBe(false);
    expect(asked).toEqual([
      ['enter', ROOM, [peer]],
      ['enter', ROOM, [peer]],
      ['leave', ROOM],
    ]);
  });

  test('are told from topics that somebody listens to', async () => {
    const { gossip } = nodes.node();
    const own = { ...keeper().topics, has: (topic: string) => topic === ROOM };
    const [one, other] = [nodes.connect(await nodes.serve(gossip, { topics: own })), topicIdFrom('other')];
    expect([await one.control.listeners(ROOM), await one.control.listeners(other)]).toEqual([0, 0]);
    await gossip.subscribe(ROOM); // the node's own
    await one.subscribe(ROOM);
    await one.subscribe(other);
    expect([await one.control.listeners(ROOM), await one.control.listeners(other)]).toEqual([1, 1]);
  });

  test('are refused by a server that has none', async () => {
    const { control } = nodes.connect(await nodes.serve(nodes.node().gossip));
    for (const refused of [control.enter(ROOM), control.leave(ROOM)]) {
      await expect(refused).rejects.toMatchObject({ code: 'ERR_RPC_REFUSED', reason: 'unsupported' });
    }
  });

  test('tell clients what the program wants them to read, and of other failures nothing', async () => {
    const failures = [new RpcRefusedError('forbidden', 'four topics are enough'), new Error('/etc/secret')];
    const fail = async (): Promise<never> => {
      throw failures.shift() as Error;
    };
    const { control } = nodes.connect(await nodes.serve(nodes.node().gossip, { topics: { enter: fail, leave: fail } }));
    await expect(control.enter(ROOM)).rejects.toMatchObject({ reason: 'forbidden', message: 'four topics are enough' });
    const refusal = await control.leave(ROOM).catch((error) => error);
    expect(refusal).toMatchObject({ reason: 'failed' });
    expect(refusal.message).not.toContain('secret');
  });
});
