import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseRoomTicket, parseTicket, topicIdFrom } from '@grapevine/api';
import { directAddrs, formatSocketAddr, SecretKey } from '@grapevine/net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLI, Command, grapevine, NodeProcess, type Outcome, TemporaryFolder } from './node-process.js';

const folder = new TemporaryFolder();
const local = ['--bind', '127.0.0.1:0', '--rpc', '127.0.0.1:0'];
const ROOM = topicIdFrom('room');
const nodes: NodeProcess[] = [];

/** Two nodes in one room; the commands of most tests are for the first, by its folder. */
const [first, second] = [folder.join('first'), folder.join('second')];
const toFirst = (...args: string[]): Promise<Outcome> => grapevine([...args, '--data', first]);
const listen = (...args: string[]): Command => new Command(['subscribe', 'room', '--data', second, ...args]);

async function run(data: string, ...args: string[]): Promise<NodeProcess> {
  const node = new NodeProcess(['--data', data, ...local, ...args]);
  nodes.push(node);
  await node.logged('up');
  return node;
}

const controlTicket = (data: string) => readFileSync(`${data}/control-ticket`, 'utf8').trim();
const addressOf = (ticket: string) => directAddrs(parseTicket(ticket)).map(formatSocketAddr).join();

beforeAll(async () => {
  const node = await run(first, '--topic', 'room');
  await run(second, '--topic', 'room', '--join', await node.ticket());
  expect(await grapevine(['join', 'room', await node.ticket(), '--data', second])).toMatchObject({ code: 0 });
});

afterAll(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe('what a node tells', () => {
  test('topics: ids and neighbors', async () => {
    expect(await toFirst('topics')).toEqual({ code: 0, stdout: `${ROOM}  1 neighbor\n`, stderr: '' });
  });

  test('neighbors: ids, addresses, times', async () => {
    const other = parseTicket(await (nodes[1] as NodeProcess).ticket());
    const { code, stdout } = await toFirst('neighbors', 'room');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${other.id} {2}127\\.0\\.0\\.1:\\d+ {2}\\d+\\.\\d ms\\n$`));
    const elsewhere = await toFirst('neighbors', 'elsewhere');
    expect(elsewhere).toEqual({
      code: 1,
      stdout: '',
      stderr: 'grapevine: the node is not in the topic elsewhere (grapevine join elsewhere)\n',
    });
  });

  test('its ticket, alone', async () => {
    const ticket = await (nodes[0] as NodeProcess).ticket();
    expect(await toFirst('ticket')).toEqual({
      code: 0,
      stdout: `${ticket}\n`,
      stderr: `only this machine reaches ${addressOf(ticket)}: others can't use the ticket. Bind to another address, or advertise the one where others reach us (grapevine run --bind, --advertise)\n`,
    });
  });

  test('no ticket of a room that the node is not in', async () => {
    expect(await toFirst('ticket', 'elsewhere')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'grapevine: the node is not in the topic elsewhere (grapevine join elsewhere)\n',
    });
  });

  test('the ticket of a room, which stands wherever a topic does', async () => {
    const { code, stdout } = await toFirst('ticket', 'room');
    expect(code).toBe(0);
    const peers = [parseTicket(await (nodes[0] as NodeProcess).ticket())];
    expect(parseRoomTicket(stdout)).toEqual({ topic: ROOM, peers });
    for (const verb of ['neighbors', 'snapshot', 'join'])
      expect(await toFirst(verb, stdout)).toMatchObject({ code: 0 });
    await using listener = new Command(['subscribe', stdout, '--count', '1', '--data', second]);
    await listener.says(`subscribed to ${ROOM}`);
    expect(await toFirst('publish', stdout.toUpperCase(), 'by ticket')).toMatchObject({ code: 0 });
    expect(await listener.outcome).toMatchObject({ code: 0, stdout: 'by ticket\n' });
  });

  test('its snapshot, whole or of one topic', async () => {
    const whole = JSON.parse((await toFirst('snapshot')).stdout);
    expect(whole).toMatchObject({ id: await (nodes[0] as NodeProcess).id(), topics: [{ id: ROOM }] });
    const one = JSON.parse((await toFirst('snapshot', ROOM)).stdout);
    expect(one).toMatchObject({ id: ROOM, activeView: whole.topics[0].activeView });
  });

  test('that it is there', async () => {
    const { code, stdout } = await toFirst('ping', '--count', '3');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^(127\.0\.0\.1:\d+ answers after \d+\.\d\d ms\n){3}$/);
  });

  test('how fast it is', async () => {
    const { code, stdout } = await toFirst('bench', '--messages', '300', '--size', '100', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sent: 300, delivered: 300, size: 100 });
    expect(await toFirst('topics')).toMatchObject({ stdout: `${ROOM}  1 neighbor\n` }); // the bench's is gone
  });
});

describe('join and leave', () => {
  test('last over a crash, and over a restart', async () => {
    const data = folder.join('third');
    const node = await run(data);
    const ticket = await (nodes[0] as NodeProcess).ticket();
    const own = ['--data', data];
    expect(await grapevine(['join', 'room', ticket, ...own])).toEqual({
      code: 0,
      stdout: `entered ${ROOM}\n`,
      stderr: '',
    });
    expect(await grapevine(['join', 'other', ...own])).toMatchObject({ code: 0 });
    node.kill('SIGKILL');
    await node.exited;

    const again = await run(data);
    expect(await grapevine(['join', ROOM, ...own])).toMatchObject({ code: 0, stdout: `was already in ${ROOM}\n` });
    const reached = await grapevine(['publish', 'room', 'are you there?', ...own]); // by the peers that it remembers
    expect(reached.code).toBe(0);
    expect(await grapevine(['leave', 'other', ...own])).toMatchObject({ code: 0 });
    expect(await grapevine(['leave', 'other', ...own])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'grapevine: the node is not in the topic other by itself\n',
    });
    again.kill('SIGTERM');
    await again.exited;

    const last = await run(data);
    expect((await grapevine(['topics', ...own])).stdout).toMatch(new RegExp(`^${ROOM}  \\d neighbors?\\n$`));
    last.kill('SIGTERM');
    await last.exited;
  });

  test('say so when nobody is met in time', async () => {
    const stranger = SecretKey.generate().id;
    const outcome = await toFirst('join', 'desert', stranger, '--timeout', '0.3');
    expect(outcome).toEqual({
      code: 1,
      stdout: `entered ${topicIdFrom('desert')}\n`,
      stderr: 'grapevine: the node has no neighbor in it after 0.3 s; it goes on looking\n',
    });
    await toFirst('leave', 'desert');
  });

  test('take nothing for a ticket that is none', async () => {
    const { code, stderr } = await toFirst('join', 'room', 'ticket?');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'grapevine: TICKET must be an endpoint ticket ("endpoint…") or an endpoint id, got "ticket?"\n',
    );
  });
});

describe('publish and subscribe', () => {
  test('a message, as a safe line of text', async () => {
    await using listener = listen('--count', '1');
    await listener.says('subscribed');
    const sent = await toFirst('publish', 'room', 'hello \u001b[31mred\nand more');
    expect(sent).toMatchObject({ code: 0, stdout: '' });
    expect(sent.stderr).toMatch(/^sent 1 message \(23 bytes\) in \d+\.\d s\n$/);
    const { code, stdout } = await listener.outcome;
    expect(code).toBe(0);
    expect(Buffer.from(stdout, 'latin1').toString()).toBe('hello \ufffd[31mred\ufffdand more\n');
  });

  test('the lines of a file', async () => {
    const path = folder.join('lines');
    writeFileSync(path, 'one\r\ntwo\n\nfour');
    await using listener = listen('--count', '4');
    await listener.says('subscribed');
    const { stderr } = await toFirst('publish', 'room', '--file', path);
    expect(stderr).toContain('sent 4 messages (10 bytes)');
    expect((await listener.outcome).stdout.split('\n').sort()).toEqual(['', '', 'four', 'one', 'two']);
  });

  test('the lines of stdin, and what is sent twice', async () => {
    await using listener = listen('--count', '2');
    await listener.says('subscribed');
    const { code, stderr } = await grapevine(['publish', 'room', '--data', first], { stdin: 'again\nagain\nonce\n' });
    expect(code).toBe(0);
    expect(stderr).toContain('; 1 equal to an earlier one, which the swarm delivers once\n');
    expect((await listener.outcome).stdout.split('\n').sort()).toEqual(['', 'again', 'once']);
  });

  test('bytes as they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 4_055 }, (_, i) => (7 * i) % 256));
    await using listener = listen('--format', 'raw', '--count', '1');
    await listener.says('subscribed');
    expect(await grapevine(['publish', 'room', '--whole', '--data', first], { stdin: bytes })).toMatchObject({
      code: 0,
    });
    expect((await listener.outcome).stdout).toBe(bytes.toString('latin1'));
  });

  test('events as JSON, one a line', async () => {
    await using listener = listen('--format', 'json', '--count', '2');
    await listener.says('subscribed');
    await toFirst('publish', 'room', 'grüße \u009b1m');
    await grapevine(['publish', 'room', '--whole', '--data', first], { stdin: Buffer.of(0xff, 0x00) });
    const { stdout } = await listener.outcome;
    expect(stdout).toContain('\\u009b1m'); // escaped: terminals would take it for a command
    const events = Buffer.from(stdout, 'latin1')
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const deliveredFrom = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(events.filter(({ type }) => type === 'received')).toEqual([
      {
        type: 'received',
        content: 'grüße \u009b1m',
        scope: { type: 'swarm', round: expect.any(Number) },
        deliveredFrom,
      },
      { type: 'received', contentBase64: '/wA=', scope: { type: 'swarm', round: expect.any(Number) }, deliveredFrom },
    ]);
    expect(events[0]).toEqual({ type: 'neighborUp', peer: deliveredFrom });
  });

  test('many lines, all of which have arrived when the command has ended', async () => {
    const COUNT = 1_500; // what is kept at the node for a reader that lags: 2,048
    await using listener = listen('--count', String(COUNT));
    await listener.says('subscribed');
    const stdin = Array.from({ length: COUNT }, (_, i) => `line ${i}\n`).join('');
    expect(await grapevine(['publish', 'room', '--data', first], { stdin })).toMatchObject({ code: 0 });
    const { stdout } = await listener.outcome;
    expect(new Set(stdout.trim().split('\n')).size).toBe(COUNT);
  });

  test.each([
    ['a line', [], 'short\n'.concat('x'.repeat(4_056), '\n'), 'line 2', 'sent 1 message'],
    ['a line without an end', [], 'x'.repeat(200_000), 'line 1', 'sent 0 messages'],
    ['the whole', ['--whole'], 'x'.repeat(4_056), 'the input', 'sent 0 messages'],
  ])('%s that is too long is named, and what went before', async (_, flags, stdin, place, sent) => {
    const { code, stderr } = await grapevine(['publish', 'room', ...flags, '--data', first], { stdin });
    expect(code).toBe(1);
    expect(stderr).toContain(sent);
    expect(stderr).toContain(`grapevine: ${place} is longer than a message may be: 4055 bytes\n`);
  });

  test('a message on the command line that is too long is named before anybody is waited for', async () => {
    const { code, stderr } = await grapevine(['publish', 'empty room', 'x'.repeat(4_056), '--data', first]);
    expect(code).toBe(1);
    expect(stderr).toContain('grapevine: the input is longer than a message may be: 4055 bytes\n');
    expect(stderr).not.toContain('no neighbor');
  });

  test.each([
    [['publish', 'room', 'hello', '--file', 'x'], 'either a MESSAGE or --file'],
    [['publish', 'room', '--file', '/no/such'], "can't read /no/such: it does not exist (ENOENT)"],
    [['publish', 'room', '--file', '/'], '/ is a folder'],
    [['publish'], 'TOPIC is missing (see --help)'],
    [['publish', 'room', 'a', 'b'], 'unexpected argument "b" (see --help)'],
    [['subscribe', 'room', '--count', '0'], '--count must be a whole number from 1'],
    [['subscribe', 'room', '--format', 'xml'], '--format must be one of text, json, raw, got "xml"'],
    [['subscribe', 'room', '--timeout', 'soon'], '--timeout must be a duration such as 10s, 500ms or 2m'],
    [['bench', '--size', '5000'], '--size must be a whole number from 8 to 4055'],
  ])('%j is a mistake', async (args, message) => {
    const { code, stderr } = await toFirst(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test('on one lone node, whose subscriber comes later', async () => {
    const publishing = grapevine(['publish', 'patience', 'late', '--data', first, '--timeout', '20']);
    await expect.poll(async () => (await toFirst('topics')).stdout).toContain(topicIdFrom('patience'));
    await using listener = new Command(['subscribe', 'patience', '--count', '1', '--data', first]);
    expect(await publishing).toMatchObject({ code: 0 });
    expect(await listener.outcome).toMatchObject({ code: 0 });
  });

  test('on one lone node', async () => {
    await using listener = new Command(['subscribe', 'hermitage', '--count', '2', '--data', first]);
    await listener.says('subscribed');
    const { code, stderr } = await grapevine(['publish', 'hermitage', '--data', first], { stdin: 'one\ntwo\n' });
    expect(stderr).toContain('only subscribers on the node have heard it');
    expect(code).toBe(0);
    expect(await listener.outcome).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
  });

  test('nothing to nobody, also in a topic of the node itself', async () => {
    await toFirst('join', 'own desert');
    const { code, stderr } = await toFirst('publish', 'own desert', 'hello?', '--timeout', '300ms');
    await toFirst('leave', 'own desert');
    expect(code).toBe(1);
    expect(stderr).toContain('no neighbor in own desert after 0.3 s, so nothing was sent');
  });

  test('nothing to nobody', async () => {
    const { code, stderr } = await toFirst('publish', 'desert', 'hello?', '--timeout', '300ms');
    expect(code).toBe(1);
    expect(stderr).toContain('no neighbor in desert after 0.3 s, so nothing was sent');
  });

  test('a time-out is the end, and a failure where messages were waited for', async () => {
    expect(await listen('--timeout', '0.3').outcome).toMatchObject({ code: 0, stdout: '' });
    const short = await listen('--timeout', '0.3s', '--count', '2').outcome;
    expect(short.code).toBe(1);
    expect(short.stderr).toContain('grapevine: 0 of 2 messages came in 0.3 s\n');
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it in good order: the node leaves a topic that only it was in', async (signal, exitCode) => {
    await using listener = new Command(['subscribe', 'for a while', '--data', first]);
    await listener.says('subscribed');
    expect((await toFirst('topics')).stdout).toContain(topicIdFrom('for a while'));
    listener.child.kill(signal);
    const { code, stderr } = await listener.outcome;
    expect(code).toBe(exitCode);
    expect(stderr).not.toContain('grapevine:');
    expect((await toFirst('topics')).stdout).not.toContain(topicIdFrom('for a while'));
  });

  test('Ctrl-C ends a wait for stdin', async () => {
    await using publisher = new Command(['publish', 'room', '--data', first]);
    await using listener = listen('--count', '1');
    await listener.says('subscribed');
    publisher.child.stdin?.write('the first line\n');
    await listener.outcome;
    publisher.child.kill('SIGINT');
    const { code, stderr } = await publisher.outcome;
    expect(code).toBe(130);
    expect(stderr).toContain('sent 1 message');
  });

  test('a reader that goes away is no failure', async () => {
    await using listener = listen();
    await listener.says('subscribed');
    listener.child.stdout?.destroy();
    // The first message may still fit into the pipe.
    for (const message of ['into the pipe', 'into the void', 'and again']) await toFirst('publish', 'room', message);
    expect(await listener.outcome).toMatchObject({ code: 0 });
  });

  test.skipIf(process.platform !== 'linux')('a full disk is one (needs /dev/full: Linux)', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [CLI, 'ticket', '--data', first], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    const [stderr, [code]] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, 'exit')]);
    expect(stderr).toContain("grapevine: can't write to stdout: ENOSPC");
    expect(code).toBe(1);
  });

  test('a node that ends is one', async () => {
    const data = folder.join('mortal');
    const node = await run(data);
    await using listener = new Command(['subscribe', 'room', '--data', data]);
    await listener.says('subscribed');
    node.kill('SIGTERM');
    const { code, stderr } = await listener.outcome;
    expect(code).toBe(1);
    expect(stderr).toContain('grapevine: the node was shut down, or the connection to it was lost\n');
  });
});

describe('a node is found', () => {
  const nowhere = folder.join('nowhere');

  test('by HOST:PORT beside its folder, also by name and in the environment', async () => {
    const address = addressOf(controlTicket(first));
    const port = address.split(':')[1];
    for (const rpc of [address, `localhost:${port}`])
      expect(await toFirst('ping', '--rpc', rpc)).toMatchObject({ code: 0 });
    const env = { GRAPEVINE_RPC: address, GRAPEVINE_DATA: first };
    expect(await grapevine(['ping'], { env })).toMatchObject({ code: 0 });
  });

  test('by HOST:PORT and id, or a ticket, from anywhere', async () => {
    const ticket = controlTicket(first);
    const { id } = parseTicket(ticket);
    for (const where of [
      ['--rpc', ticket],
      ['--rpc', addressOf(ticket), '--rpc-id', id],
    ]) {
      expect(await grapevine(['ping', ...where, '--data', nowhere])).toMatchObject({ code: 0 });
    }
  });

  test.each([
    ['nobody', ['--data', nowhere], 1, `no node is running in ${nowhere}: start one`],
    ['who?', ['--data', nowhere, '--rpc', '127.0.0.1:9'], 2, `who is at port 9? The node of ${nowhere} is not there`],
    ['another port', ['--data', first, '--rpc', '127.0.0.1:9'], 2, `The node of ${first} is at another`],
    ['nonsense', ['--rpc', 'here'], 2, '--rpc must be HOST:PORT, such as 127.0.0.1:9465, or a ticket'],
    ['a port too high', ['--rpc', '127.0.0.1:99999'], 2, '--rpc must be HOST:PORT'],
    ['no name', ['--rpc', 'nowhere.invalid:1', '--rpc-id', SecretKey.generate().id], 1, "can't find nowhere.invalid: "],
  ])('or not: %s', async (_, args, exitCode, message) => {
    const { code, stderr } = await grapevine(['topics', ...args]);
    expect(stderr).toContain(message);
    expect(code).toBe(exitCode);
  });

  test('or somebody else is there', async () => {
    const address = addressOf(controlTicket(first));
    const { id } = SecretKey.generate();
    const { code, stderr } = await grapevine(['ping', '--rpc', address, '--rpc-id', id, '--data', nowhere]);
    expect(code).toBe(1);
    expect(stderr).toBe(`grapevine: the server at ${address} is not ${id}: check --rpc and --rpc-id\n`);
  });

  test('or has no remote control', async () => {
    const data = folder.join('mute');
    await using node = new NodeProcess(['--data', data, '--bind', '127.0.0.1:0']);
    await node.logged('up');
    const { stderr } = await grapevine(['topics', '--data', data]);
    expect(stderr).toBe(
      `grapevine: the node in ${data} (process ${node.pid}) has no remote control: start it with --rpc 127.0.0.1:9465\n`,
    );
  });

  test('or was killed', async () => {
    const data = folder.join('killed');
    const node = await run(data);
    node.kill('SIGKILL');
    await node.exited;
    expect((await grapevine(['topics', '--data', data])).stderr).toContain(`no node is running in ${data}`);
  });

  test('and lets in who is on its list', async () => {
    const client = folder.join('client');
    const id = (await grapevine(['client-id', '--data', client])).stdout.trim();
    expect((await grapevine(['client-id', '--data', client])).stdout.trim()).toBe(id);
    const data = folder.join('strict');
    await run(data, '--rpc-allow', id);
    const ticket = controlTicket(data);
    expect(await grapevine(['ping', '--rpc', ticket, '--data', client])).toMatchObject({ code: 0 });
    const { code, stderr } = await grapevine(['ping', '--rpc', ticket, '--data', nowhere]);
    expect(code).toBe(1);
    expect(stderr).toContain('Add the id that "grapevine client-id" prints to its rpc_allow');
  });
});
