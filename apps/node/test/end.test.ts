import { formatRoomTicket, parseTicket, topicIdFrom } from '@grapevine/api';
import { directAddrs } from '@grapevine/net';
import { expect, test } from 'vitest';
import { grapevine, NodeProcess, TemporaryFolder } from './node-process.js';

const local = ['--bind', '127.0.0.1:0', '--rpc', '127.0.0.1:0'];

test('grapevine stop ends a node in good order, and waits for it', async () => {
  using folder = new TemporaryFolder();
  const data = ['--data', folder.path];
  await using node = new NodeProcess([...data, '--topic', 'room', ...local]);
  await node.logged('up');
  expect(await grapevine(['stop', ...data])).toEqual({ code: 0, stdout: 'ended\n', stderr: '' });
  expect(await node.exited).toEqual({ code: 0, signal: null });
  expect(node.lines.map(({ msg }) => msg)).toContain('ended');
  expect(await grapevine(['stop', ...data])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no node is running in'),
  });
});

test('so does grapevine stop --rpc, which can see no folder', async () => {
  using folder = new TemporaryFolder();
  await using node = new NodeProcess(['--data', folder.path, ...local]);
  const { ticket } = await node.logged('serving remote control');
  await node.logged('up');
  const outcome = await grapevine(['stop', '--rpc', ` <${(ticket as string).toUpperCase()}>`]);
  expect(outcome).toEqual({ code: 0, stdout: 'told to end\n', stderr: '' });
  expect(await node.exited).toEqual({ code: 0, signal: null });
});

test('a node whose ticket nobody else can use says so, and says where else it is reached', async () => {
  using folder = new TemporaryFolder();
  await using node = new NodeProcess(['--data', folder.join('a'), ...local]);
  const addr = parseTicket(await node.ticket());
  const [{ port } = { port: 0 }] = directAddrs(addr);
  const warning = `only this machine reaches 127.0.0.1:${port}: others can't use the ticket. Bind to another address, or advertise the one where others reach us`;
  await node.logged(warning);

  const room = formatRoomTicket({ topic: topicIdFrom('room'), peers: [addr] });
  const args = ['--data', folder.join('b'), ...local, '--topic', room, '--advertise', '192.0.2.7'];
  await using advertised = new NodeProcess(args);
  const own = directAddrs(parseTicket(await advertised.ticket()));
  expect(own).toEqual([
    { host: '127.0.0.1', port: own[0]?.port },
    { host: '192.0.2.7', port: own[0]?.port },
  ]);
  expect(advertised.lines.map(({ msg }) => msg)).toContain('entered topic');
  expect(advertised.lines.filter(({ level }) => (level as number) >= 40)).toEqual([]);
});
