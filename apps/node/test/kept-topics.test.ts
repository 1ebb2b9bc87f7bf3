import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { Gossip, type TopicId, topicIdFrom } from '@grapevine/api';
import { type EndpointAddr, endpointAddr, formatTicket, SecretKey, silentLogger } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { RpcRefusedError } from '@grapevine/rpc';
import { afterEach, describe, expect, test } from 'vitest';
import { KeptTopics } from '../src/node/kept-topics.js';
import { PeerFile } from '../src/node/peer-file.js';
import { TemporaryFolder } from './node-process.js';

const [A, B] = [topicIdFrom('a'), topicIdFrom('b')];
const nodes: Gossip[] = [];

afterEach(async () => {
  for (const gossip of nodes.splice(0)) await gossip.shutdown();
});

/** A node that starts from a folder, and the topics that it is in. */
async function start(folder: string, configured: readonly TopicId[] = []) {
  const endpoint = new MemoryNetwork().endpoint();
  const gossip = Gossip.spawn(endpoint);
  nodes.push(gossip);
  const peers = new PeerFile(folder, silentLogger);
  const topics = new KeptTopics({ gossip, endpoint, peers, folder, logger: silentLogger });
  await topics.start(
    configured.map((topic) => ({ topic, peers: [] })),
    [],
  );
  const entered = async () => (await gossip.snapshot()).topics.map(({ id }) => id).sort();
  return { topics, entered, peers, addressLookup: endpoint.addressLookup };
}

describe("a node's own topics", () => {
  test('are those of its settings and those that it was told to enter', async () => {
    using folder = new TemporaryFolder();
    const first = await start(folder.path, [A]);
    expect(await first.topics.enter(B, [])).toBe(true);
    expect(await first.topics.enter(A, [])).toBe(false);
    const second = await start(folder.path, [A]);
    expect(await second.entered()).toEqual([A, B].sort());
    expect(await second.topics.leave(A)).toBe(true);
    expect(await second.topics.leave(A)).toBe(false);
    expect(await (await start(folder.path)).entered()).toEqual([B]);
  });

  test('keep the peers that were named for them, and nothing that nobody has proven stands among the known peers', async () => {
    using folder = new TemporaryFolder();
    const named = endpointAddr(SecretKey.generate().id, { host: '192.0.2.7', port: 4_433 });
    const first = await start(folder.path);
    await first.topics.enter(A, [named]);
    await first.peers.save();
    expect(readFileSync(folder.join('topics.json'), 'utf8')).toContain(formatTicket(named));
    expect(readFileSync(folder.join('peers.json'), 'utf8')).not.toContain(formatTicket(named));
    const second = await start(folder.path);
    expect(second.addressLookup.get(named.id, { sources: ['user'] })).toEqual(named);
    await second.topics.leave(A);
    expect(readFileSync(folder.join('topics.json'), 'utf8')).not.toContain(formatTicket(named));
  });

  test('keep also the peers that are named later, in the place of earlier ones', async () => {
    using folder = new TemporaryFolder();
    const [one, two] = [4_433, 4_434].map((port) =>
      endpointAddr(SecretKey.generate().id, { host: '192.0.2.7', port }),
    ) as [EndpointAddr, EndpointAddr];
    const moved = endpointAddr(one.id, { host: '192.0.2.8', port: 4_433 });
    const first = await start(folder.path, [A]);
    await first.topics.enter(B, [one]);
    for (const topic of [A, B]) expect(await first.topics.enter(topic, [two, moved])).toBe(false);
    const second = await start(folder.path, [A]);
    for (const addr of [two, moved]) expect(second.addressLookup.get(addr.id, { sources: ['user'] })).toEqual(addr);
    const text = readFileSync(folder.join('topics.json'), 'utf8');
    expect(text.split(formatTicket(two))).toHaveLength(1 + 2);
    expect(text).not.toContain(formatTicket(one));
    await second.topics.enter(
      B,
      Array.from({ length: 40 }, (_, i) => endpointAddr(SecretKey.generate().id, { host: '192.0.2.9', port: 1 + i })),
    );
    const { peers } = JSON.parse(readFileSync(folder.join('topics.json'), 'utf8'));
    expect(peers[B]).toHaveLength(32);
  });

  test('are read from a file without peers, as earlier versions have written it', async () => {
    using folder = new TemporaryFolder();
    writeFileSync(folder.join('topics.json'), JSON.stringify({ format: 'grapevine topics 1', topics: [A] }));
    expect(await (await start(folder.path)).entered()).toEqual([A]);
  });

  test('are entered once when two ask at the same time', async () => {
    using folder = new TemporaryFolder();
    const { topics, entered } = await start(folder.path);
    expect(await Promise.all([topics.enter(A, []), topics.enter(A, []), topics.leave(A)])).toEqual([true, false, true]);
    expect(await entered()).toEqual([]);
  });

  test('have a limit, and say so', async () => {
    using folder = new TemporaryFolder();
    const { topics } = await start(
      folder.path,
      Array.from({ length: 1_024 }, (_, i) => topicIdFrom(`${i}`)),
    );
    await expect(topics.enter(A, [])).rejects.toThrow('the node is in 1024 topics, as many as it takes');
    await topics.leave(topicIdFrom('7'));
    expect(await topics.enter(A, [])).toBe(true);
  });

  test.skipIf(process.platform !== 'linux')(
    'change none that cannot be written down (needs /dev/full: Linux)',
    async () => {
      using folder = new TemporaryFolder();
      const { topics, entered } = await start(folder.path);
      await topics.enter(A, []);
      const full = folder.join(`topics.json.${process.pid}.tmp`);
      symlinkSync('/dev/full', full);
      const refused = await topics.enter(B, []).catch((error) => error);
      expect(refused).toBeInstanceOf(RpcRefusedError);
      expect(refused.message).toContain('ENOSPC');
      symlinkSync('/dev/full', full);
      await expect(topics.leave(A)).rejects.toThrow(RpcRefusedError);
      expect(await entered()).toEqual([A]);
      expect(await topics.enter(B, [])).toBe(true); // the disk has room again
      expect(await (await start(folder.path)).entered()).toEqual([A, B].sort());
    },
  );

  test.each([
    { topics: 7 },
    { topics: [B], peers: null },
    { topics: [B], peers: { [B]: 7 } },
    { topics: [B], peers: { [B]: [7] } },
    { topics: [B], peers: { [B]: ['no ticket'] } },
  ])('are forgotten with a file that is damaged, and the node starts: %j', async (content) => {
    using folder = new TemporaryFolder();
    writeFileSync(folder.join('topics.json'), JSON.stringify({ format: 'grapevine topics 1', ...content }));
    expect(await (await start(folder.path, [A])).entered()).toEqual([A]);
  });
});
