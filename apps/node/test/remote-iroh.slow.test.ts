import { existsSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { Command, grapevine, NodeProcess, TemporaryFolder } from './node-process.js';

// Remote control where QUIC's native module does not run: node and commands use iroh.

const withoutQuic = new URL('../../../test/support/without-quic.mjs', import.meta.url).href;
const env = { NODE_OPTIONS: `--import=${withoutQuic}` };
const local = ['--bind', '127.0.0.1:0', '--rpc', '127.0.0.1:0'];
const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

test('every command reaches a node where QUIC does not run', async () => {
  const data = folder.join('a');
  const call = (...args: string[]) => grapevine([...args, '--data', data], { env });
  await using node = new NodeProcess(['--data', data, '--topic', 'room', ...local], env);
  await using other = new NodeProcess(['--data', folder.join('b'), ...local], env);
  expect(await node.logged('serving remote control')).toMatchObject({ transport: 'iroh' });
  await node.logged('no QUIC here: remote control is over iroh; on other machines it takes --rpc-transport iroh');
  await other.logged('up');

  expect((await call('ping')).stdout).toMatch(/^127\.0\.0\.1:\d+ answers after [\d.]+ ms\n$/);
  const ticket = (await call('ticket', 'room')).stdout.trim();
  expect(await grapevine(['join', ticket, '--data', folder.join('b')], { env })).toMatchObject({ code: 0 });
  expect((await call('topics')).stdout).toContain('1 neighbor');
  expect((await call('neighbors', 'room')).stdout).toContain(await other.id());

  // Two commands at once. The second waits for what became of its messages.
  await using listening = new Command(['subscribe', 'room', '--count', '3', '--data', folder.join('b')], env);
  await listening.says('subscribed to');
  expect(await grapevine(['publish', 'room', '--data', data], { env, stdin: 'one\ntwo\nthree\n' })).toMatchObject({
    code: 0,
  });
  expect(await listening.outcome).toMatchObject({ code: 0, stdout: 'one\ntwo\nthree\n' });

  expect(await call('stop')).toEqual({ code: 0, stdout: 'ended\n', stderr: '' });
  expect(await node.exited).toEqual({ code: 0, signal: null });
  expect(existsSync(folder.join('a', 'control-ticket.iroh'))).toBe(false);
});

test('a machine that has QUIC controls it with --rpc-transport iroh, and is told so without', async () => {
  const data = folder.join('c');
  await using node = new NodeProcess(['--data', data, '--topic', 'room', ...local], env);
  const ticket = (await node.logged('serving remote control')).ticket as string;
  await node.logged('up');
  const elsewhere = ['--data', folder.join('elsewhere'), '--rpc', ticket];
  const { code, stderr } = await grapevine(['ping', ...elsewhere]);
  expect(code).toBe(1);
  expect(stderr).toContain(`where the node's log says "transport":"iroh", add --rpc-transport iroh`);
  expect(await grapevine(['ping', ...elsewhere, '--rpc-transport', 'iroh'])).toMatchObject({ code: 0 });
  expect(await grapevine(['ping', '--data', data])).toMatchObject({ code: 0 }); // the folder says what it speaks
  expect((await grapevine(['ping', ...elsewhere, '--rpc-transport', 'quic'], { env })).stderr).toContain(
    'is not installed',
  );
});

test('a list of clients holds over iroh as well, also for two commands of one client at once', async () => {
  const client = folder.join('client');
  const id = (await grapevine(['client-id', '--data', client], { env })).stdout.trim();
  const args = ['--data', folder.join('d'), '--topic', 'room', '--rpc-allow', id, ...local];
  await using node = new NodeProcess(args, env);
  const ticket = (await node.logged('serving remote control')).ticket as string;
  await node.logged('up');
  await using listening = new Command(['subscribe', 'room', '--count', '1', '--rpc', ticket, '--data', client], env);
  await listening.says('subscribed to');
  const publish = ['publish', 'room', 'hello', '--rpc', ticket, '--data', client];
  expect(await grapevine(publish, { env })).toMatchObject({ code: 0 });
  expect((await listening.outcome).stdout).toBe('hello\n');
  const { code, stderr } = await grapevine(['ping', '--rpc', ticket, '--data', folder.join('nowhere')], { env });
  expect(stderr).toContain('Add the id that "grapevine client-id" prints to its rpc_allow');
  expect(code).toBe(1);
});
