import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLI, Command, grapevine, NodeProcess, TemporaryFolder } from './node-process.js';

const folder = new TemporaryFolder();
const [first, second] = [folder.join('first'), folder.join('second')];
const local = ['--bind', '127.0.0.1:0', '--rpc', '127.0.0.1:0', '--topic', 'room'];
const nodes: NodeProcess[] = [];

beforeAll(async () => {
  for (const data of [first, second]) nodes.push(new NodeProcess(['--data', data, ...local]));
  const ticket = await (nodes[0] as NodeProcess).ticket();
  await (nodes[1] as NodeProcess).ticket();
  expect(await grapevine(['join', 'room', ticket, '--data', second])).toMatchObject({ code: 0 });
});

afterAll(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Runs a command on a terminal of its own, where something is typed once it has said so. */
async function onTerminal(command: string, typing?: { readonly after: string; readonly type: string }) {
  const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { stdio: 'pipe' });
  let shown = '';
  let left = typing;
  terminal.stdout.on('data', (chunk) => {
    shown += chunk;
    if (!left || !shown.includes(left.after)) return;
    terminal.stdin.write(left.type);
    left = undefined;
  });
  const [code] = await once(terminal, 'close');
  return { code, shown };
}

const noScript = spawnSync('script', ['--version']).status !== 0;

describe.skipIf(noScript)('on a terminal (needs script: apt-get install bsdutils)', () => {
  test('a long file has a bar that moves, and the lines are right', async () => {
    const COUNT = 300_000;
    const path = folder.join('long');
    writeFileSync(path, Array.from({ length: COUNT }, (_, i) => `this is line ${i} of a long file\n`).join(''));
    const command = `'${process.execPath}' '${CLI}' publish room --file '${path}' --data '${first}'`;
    const { code, shown } = await onTerminal(command);
    expect(shown).toContain(`sent ${COUNT} messages`);
    expect(code).toBe(0);
    const shares = [...shown.matchAll(/[█░]{30} (\d+) %(, about \d+ s to go)?/g)].map(([, share]) => Number(share));
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(new Set(shares).size).toBeGreaterThan(3);
    expect(shown.slice(shown.lastIndexOf('█'))).toContain('\r\u001b[K'); // it is gone in the end
  });

  test('a long pipe has a count that moves', async () => {
    const COUNT = 300_000;
    const lines = `seq 1 ${COUNT} | sed 's/^/line of a pipe: /'`;
    const command = `${lines} | '${process.execPath}' '${CLI}' publish room --data '${first}'`;
    const { code, shown } = await onTerminal(command);
    expect(shown).toContain(`sent ${COUNT} messages`);
    expect(code).toBe(0);
    const counts = [...shown.matchAll(/\[K(\d+) messages sent/g)].map(([, sent]) => Number(sent));
    expect(new Set(counts).size).toBeGreaterThan(3);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  test('who publishes is told that lines are read', async () => {
    const command = `'${process.execPath}' '${CLI}' publish room --data '${first}'`;
    const { code, shown } = await onTerminal(command, { after: 'Ctrl-D ends', type: 'typed\n\u0004' });
    expect(shown).toContain('each line is a message; Ctrl-D ends');
    expect(shown).toContain('sent 1 message (5 bytes)');
    expect(code).toBe(0);
  });
});

test('a reader of stdout that pauses misses events, and is told how many', async () => {
  const COUNT = 90_000; // more than the 65,536 that wait for stdout and the 2,048 at the node
  await using listener = new Command(['subscribe', 'room', '--data', second]);
  await listener.says('subscribed');
  listener.child.stdout?.pause();
  const stdin = Array.from({ length: COUNT }, (_, i) => `a line that is counted: ${i}\n`).join('');
  expect(await grapevine(['publish', 'room', '--data', first], { stdin })).toMatchObject({ code: 0 });
  expect(await grapevine(['publish', 'room', 'the last', '--data', first])).toMatchObject({ code: 0 });
  listener.child.stdout?.resume();
  await listener.says('missed ');
  listener.child.kill('SIGINT');
  expect((await listener.outcome).code).toBe(130);
});

test('the ticket of a node that was killed', async () => {
  const data = folder.join('killed');
  await using node = new NodeProcess(['--data', data, ...local]);
  await node.logged('up');
  const ticket = readFileSync(`${data}/control-ticket`, 'utf8').trim();
  node.kill('SIGKILL');
  await node.exited;
  const { code, stderr } = await grapevine(['topics', '--rpc', ticket]);
  expect(stderr).toMatch(
    /^grapevine: nobody answers at 127\.0\.0\.1:\d+: is the node up, and was it started with --rpc\? It was asked over quic: [^\n]+\n$/,
  );
  expect(code).toBe(1);
});
