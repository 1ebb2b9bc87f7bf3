import { writeFileSync } from 'node:fs';
import { Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { SecretKey } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import { expect, test } from 'vitest';
import { AllowList } from '../src/node/allow-list.js';
import { NodeProcess, TemporaryFolder } from './node-process.js';

const ROOM = topicIdFrom('room');

/** A peer in this process. */
async function join(secretKey: SecretKey, ticket: string) {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0', secretKey });
  const gossip = Gossip.spawn(endpoint, { dialBackoffMinMs: 50 });
  const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  const topic = await gossip.subscribe(ROOM, { bootstrap: ticket });
  return { topic, gossip, [Symbol.asyncDispose]: () => router.shutdown() };
}

async function lost(topic: GossipTopic): Promise<void> {
  for await (const { type } of topic) if (type === 'neighborDown') return;
}

test('a node with a list talks to nobody else, and reads it again at SIGHUP', async () => {
  using folder = new TemporaryFolder();
  const [member, stranger] = [SecretKey.generate(), SecretKey.generate()];
  const list = folder.join('members');
  writeFileSync(list, `# those who may\n${member.id}  # a friend\n\n`);
  const args = ['--data', folder.join('data'), '--topic', 'room', '--allow', list, '--bind', '127.0.0.1:0'];
  await using node = new NodeProcess(args);
  const ticket = await node.ticket();
  await using friend = await join(member, ticket);
  await using other = await join(stranger, ticket);
  await friend.topic.joined({ signal: AbortSignal.timeout(10_000) });
  await node.logged('a peer is not allowed');
  expect(other.topic.neighbors()).toEqual([]);

  writeFileSync(list, 'nobody\n');
  node.kill('SIGHUP');
  const { error } = await node.logged('the list of allowed peers stays as it was');
  expect(error).toBe(`${list}:1 must be an endpoint id (64 hex digits), got "nobody"`);
  expect(friend.topic.neighbors()).toEqual([await node.id()]);

  writeFileSync(list, `${stranger.id}\n`);
  node.kill('SIGHUP');
  await lost(friend.topic);
  await node.logged('the list of allowed peers was read again');
  await other.topic.joined({ signal: AbortSignal.timeout(10_000) });
});

test('a list says which line is wrong', () => {
  using folder = new TemporaryFolder();
  const path = folder.join('list');
  expect(() => new AllowList(path)).toThrow(`can't read ${path}: it does not exist (ENOENT)`);
  writeFileSync(path, `${SecretKey.generate().id}\n${'ab'.repeat(20)}\n`);
  expect(() => new AllowList(path)).toThrow(`${path}:2 must be an endpoint id`);
  writeFileSync(path, '\n# nobody\n');
  expect(new AllowList(path).size).toBe(0);
});

test('SIGHUP does not end a node that is still starting, and has it read the list once more', async () => {
  using folder = new TemporaryFolder();
  const list = folder.join('members');
  writeFileSync(list, '');
  const many = Array.from({ length: 300 }, (_, i) => ['--topic', `room ${i}`]).flat(); // starting takes a while
  await using node = new NodeProcess([
    '--data',
    folder.join('data'),
    '--allow',
    list,
    '--bind',
    '127.0.0.1:0',
    ...many,
  ]);
  await node.logged('entered topic');
  node.kill('SIGHUP');
  await node.logged('the list of allowed peers was read again');
  await node.logged('up');
});
