import { topicIdFrom } from '@grapevine/api';
import { expect, test } from 'vitest';
import { Command, grapevine, NodeProcess, TemporaryFolder } from '../../apps/node/test/node-process.js';
import { useRustPeers } from './rust-peer.js';

// The grapevine command as an operator uses it, in a swarm of Rust nodes.

const TOPIC = topicIdFrom('room');
const IROH = ['--transport', 'iroh', '--bind', '127.0.0.1:0', '--rpc', '127.0.0.1:0'];
const rust = useRustPeers();

test('a node that is told to join a Rust swarm publishes and hears there, and is back after a restart', async () => {
  using folder = new TemporaryFolder();
  const here = ['--data', folder.path];
  const peer = await rust.node();
  await peer.join(TOPIC);

  await using node = new NodeProcess([...IROH, ...here]);
  await node.logged('up');
  expect(await grapevine(['join', 'room', peer.ticket, ...here])).toMatchObject({ code: 0 });
  expect((await grapevine(['neighbors', 'room', ...here])).stdout).toContain(peer.id);

  await grapevine(['publish', 'room', 'from the command line', ...here]);
  const heard = await peer.untilContent(TOPIC, 'from the command line');
  expect(heard.from).toBe(await node.id());
  await using listener = new Command(['subscribe', 'room', '--count', '1', ...here]);
  await listener.says('subscribed');
  await peer.broadcast(TOPIC, 'from Rust');
  expect(await listener.outcome).toMatchObject({ code: 0, stdout: 'from Rust\n' });

  node.kill('SIGKILL');
  await node.exited;
  await using again = new NodeProcess([...IROH, ...here]);
  await again.logged('up');
  expect(await grapevine(['publish', 'room', 'back again', '--timeout', '60', ...here])).toMatchObject({ code: 0 });
  await peer.untilContent(TOPIC, 'back again');
  again.kill('SIGTERM');
  await peer.untilNotNeighbor(TOPIC, await again.id());
  expect((await again.exited).code).toBe(0);
});

test('a Rust node enters with the ticket that the command prints', async () => {
  using folder = new TemporaryFolder();
  await using node = new NodeProcess([...IROH, '--topic', 'room', '--data', folder.path]);
  await node.logged('up');
  const { stdout } = await grapevine(['ticket', '--data', folder.path]);
  const peer = await rust.node();
  await peer.join(TOPIC, stdout.trim());
  await peer.untilNeighbors(TOPIC, await node.id());
  expect((await grapevine(['topics', '--data', folder.path])).stdout).toBe(`${TOPIC}  1 neighbor\n`);
});
