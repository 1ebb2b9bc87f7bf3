import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { formatRoomTicket, parseTicket, topicIdFrom } from '@grapevine/api';
import { directAddrs } from '@grapevine/net';
import { expect, test } from 'vitest';
import { CLI, grapevine, NodeProcess, TemporaryFolder } from './node-process.js';

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

test.skipIf(process.platform === 'win32')(
  'a signal to npx ends the node (needs the shells of npm: not on Windows)',
  async () => {
    using folder = new TemporaryFolder();
    const log = folder.join('log');
    const command = `"${process.execPath}" "${CLI}" run --data "${folder.path}" --bind 127.0.0.1:0 > "${log}" & wait`;
    // npx runs a shell, passes signals on to that, and the shell dies of them.
    const shell = spawn('sh', ['-c', command], {
      env: { ...process.env, npm_lifecycle_event: 'npx' },
      stdio: 'ignore',
    });
    const read = () => readFileSync(log, { encoding: 'utf8', flag: 'a+' });
    await expect.poll(read, { timeout: 20_000 }).toContain('"up"');
    shell.kill('SIGTERM');
    await once(shell, 'exit');
    await expect.poll(read, { timeout: 20_000 }).toMatch(/"why":"npx has ended".*"ending"[\s\S]*"ended"/);
  },
);

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

test('where QUIC does not run, the node takes iroh and says so', async () => {
  using folder = new TemporaryFolder();
  const withoutQuic = new URL('../../../test/support/without-quic.mjs', import.meta.url).href;
  const env = { NODE_OPTIONS: `--import=${withoutQuic}` };
  const args = ['--bind', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--topic', 'room'];
  await using a = new NodeProcess(['--data', folder.join('a'), ...args], env);
  expect(await a.logged('no QUIC here: taking the iroh transport, as all nodes of the swarm must')).toMatchObject({
    reason: expect.stringContaining('is not installed'),
  });
  await using b = new NodeProcess(['--data', folder.join('b'), ...args, '--join', await a.ticket()], env);
  await b.pageBecomes('/readyz', 200);
  await using c = new NodeProcess(['--data', folder.join('c'), '--transport', 'quic', ...args], env);
  expect((await c.exited).code).toBe(1);
  expect(c.stderr).toMatch(/^grapevine: .*is not installed/);
});
