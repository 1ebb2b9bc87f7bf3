import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Gossip } from '@grapevine/api';
import { signMessage } from '@grapevine/chat-room';
import { formatRoomTicket, SecretKey } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import { topicId } from '@grapevine/proto';
import { afterAll, describe, expect, test } from 'vitest';
import { parseChatTicket } from '../src/ticket.js';
import { cli, useChats } from './chat-process.js';

const TOPIC = '22'.repeat(32);

const { start, startCopy, startWithoutQuic } = useChats();

test('two people find each other by a ticket and talk; equal lines are not swallowed', async () => {
  const alice = start('--name', 'alice', 'open', TOPIC);
  const bob = start('--name', 'bob', 'join', await alice.ticket());
  await Promise.all([alice.sees(/connected!/), bob.sees(/connected!/)]);
  alice.type('hello');
  await bob.sees(/alice: hello\n/);
  bob.type('hi');
  bob.type('hi');
  await alice.sees(/bob: hi\nbob: hi\n/);
  expect(await bob.end()).toBe(0);
  expect(await alice.hangUp()).toBe(0);
});

test('a third one enters through a ticket that names two, after the first has left', async () => {
  const first = start('--name', 'first', 'open');
  const second = start('--name', 'second', 'join', await first.ticket());
  await Promise.all([first.sees(/connected!/), second.sees(/connected!/)]);
  expect(await first.end()).toBe(0);
  const ticket = await second.ticket();
  expect(parseChatTicket(ticket).peers).toHaveLength(2);
  const third = start('--name', 'third', 'join', ticket);
  await third.sees(/connected!/);
  third.type('anybody?');
  await second.sees(/third: anybody\?\n/);
});

test('one that was killed is back, with the same key, long before its old connection times out', async () => {
  const key = SecretKey.generate().toHex();
  const alice = start('--secret-key', key, 'open', TOPIC);
  const bob = start('join', await alice.ticket());
  await bob.sees(/connected!/);
  alice.kill();
  const began = performance.now();
  const again = start('--secret-key', key, '--name', 'alice', 'join', await bob.ticket());
  await again.sees(/connected!/);
  again.type('back');
  await bob.sees(/alice: back\n/);
  bob.type('welcome');
  await again.sees(/: welcome\n/);
  expect(performance.now() - began).toBeLessThan(10_000); // the idle time-out is 30 s
});

test('Ctrl-D leaves also while nobody is there', async () => {
  const alice = start('open');
  await alice.sees(/waiting for others/);
  expect(await alice.end()).toBe(0);
  expect(alice.output).toMatch(/^! only this machine reaches 127\.0\.0\.1:\d+: others can't use the ticket/m);
});

test('what a program writes before anybody is there is delivered before it leaves', async () => {
  const alice = start('--name', 'alice', 'open', TOPIC);
  alice.type('early');
  const left = alice.end();
  const room = formatRoomTicket(parseChatTicket(await alice.ticket()));
  const bob = start('join', room.replace(/(.{40})/g, '$1\n').toUpperCase());
  await bob.sees(/alice: early\n/);
  expect(await left).toBe(0);
});

test('it says whom it tries to reach, and why that fails', async () => {
  const gone = start('open');
  const ticket = await gone.ticket();
  gone.kill();
  await gone.exitCode();
  const alice = start('join', ticket);
  await alice.sees(/still trying: no neighbor in time: [0-9a-f]+ (could not be reached|has not answered)/);
  expect(await alice.interrupt()).toBe(0);
});

test('where QUIC does not run, it takes iroh and says so', async () => {
  const alice = startWithoutQuic('--name', 'alice', '--no-relay', 'open');
  const bob = startWithoutQuic('--no-relay', 'join', await alice.ticket());
  await bob.sees(/connected!/);
  alice.type('hello');
  await bob.sees(/alice: hello\n/);
  expect(alice.output).toMatch(/^! no QUIC here, so this is iroh, .*@matrixai\/quic-.* is not installed/m);
  expect(await bob.end()).toBe(0);
});

test('bad messages are reported and skipped', async () => {
  const alice = start('open', TOPIC);
  const { topic, peers } = parseChatTicket(await alice.ticket());
  await using endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
  await using gossip = Gossip.spawn(endpoint);
  await using _router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  await using room = await gossip.subscribe(topicId(topic), { bootstrap: peers });
  await room.joined();
  const key = SecretKey.generate();
  const forged = await signMessage(key, { type: 'message', text: 'forged\n' });
  forged[40] = (forged[40] ?? 0) ^ 1;
  await room.broadcast(forged);
  await room.broadcast('garbage');
  await room.broadcast(await signMessage(key, { type: 'message', text: 'honest\x1b[2J\n' }));
  await alice.sees(new RegExp(`${key.id.slice(0, 10)}: honest\ufffd\\[2J\n`)); // and does not steer the terminal
  expect(alice.output).toContain('! ignored a bad message: invalid signature');
  expect(alice.output.match(/ignored a bad message/g)).toHaveLength(2);
  expect(alice.output).not.toContain('forged');
});

test('a line that is too long is refused with the room there is', async () => {
  const alice = start('open');
  const bob = start('join', await alice.ticket());
  await bob.sees(/connected!/);
  bob.type('x'.repeat(5000));
  const [, room] = await bob.sees(/not sent: the line has 5000 bytes, there is room for (\d+)\n/);
  bob.type('y'.repeat(Number(room)));
  await alice.sees(new RegExp(`: y{${room}}\n`));
});

test('a name that no message takes ends the chat, and says why', async () => {
  const alice = start('open');
  const bob = start('--name', 'b'.repeat(5000), 'join', await alice.ticket());
  expect(await bob.exitCode()).toBe(1);
  expect(bob.output).toMatch(/^grapevine-chat: message of \d+ bytes is over the limit of \d+ bytes/m);
});

describe('bad input is one line on stderr and exit code 2', () => {
  test.each([
    [[], 'expected open or join'],
    [['jump'], 'unknown command "jump"'],
    [['open', 'lobby'], '"lobby" is not a topic id, expected 64 hex digits'],
    [['join'], 'join needs a ticket'],
    [['join', 'nonsense!'], 'not a valid room ticket'],
    [['--advertise', 'example.org', 'open'], '--advertise must be HOST:PORT or HOST, an IP address'],
    [['open', TOPIC, 'more'], 'unexpected "more"'],
    [['--bind', 'nowhere', 'open'], 'expected HOST:PORT'],
    [['--bind', '203.0.113.7:1', 'open'], "can't bind 203.0.113.7:1"],
    [['--name', ' ', 'open'], '--name must not be empty'],
    [['--secret-key', 'abc', 'open'], 'not a valid secret key'],
    [['--frob'], 'unknown option "--frob"'],
    [['--transport', 'pigeon', 'open'], 'unknown transport "pigeon", expected quic or iroh'],
    [['--transport', 'quic', '--no-relay', 'open'], '--no-relay is for --transport iroh'],
    [['--transport', 'iroh', '--bind', '203.0.113.7:1', 'open'], "can't bind 203.0.113.7:1"],
  ])('%j', (args, message) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  test('a port that is in use', async () => {
    const taken = createSocket('udp4');
    taken.bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const chat = start('--bind', `127.0.0.1:${taken.address().port}`, 'open');
    expect(await chat.exitCode()).toBe(2);
    expect(chat.output).toMatch(/can't bind 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    taken.close();
  });
});

describe('without the package @grapevine/iroh', () => {
  const app = mkdtempSync(join(tmpdir(), 'grapevine-chat-'));
  const installed = join(app, 'node_modules/@grapevine');
  cpSync(fileURLToPath(new URL('../dist', import.meta.url)), join(app, 'dist'), { recursive: true });
  writeFileSync(join(app, 'package.json'), '{"type":"module"}');
  mkdirSync(installed, { recursive: true });
  for (const folder of [
    'internal/chat-room',
    'internal/cli-kit',
    'packages/api',
    'packages/net',
    'packages/postcard',
    'packages/proto',
  ])
    symlinkSync(fileURLToPath(new URL(`../../../${folder}`, import.meta.url)), join(installed, basename(folder)));
  afterAll(() => rmSync(app, { recursive: true }));

  test('QUIC works', async () => {
    const alice = startCopy(join(app, 'dist/cli.js'), '--name', 'alice', 'open', TOPIC);
    const bob = start('join', await alice.ticket());
    await bob.sees(/connected!/);
    alice.type('no iroh here');
    await bob.sees(/alice: no iroh here\n/);
  });

  test('--transport iroh says what to install', async () => {
    const alice = startCopy(join(app, 'dist/cli.js'), '--transport', 'iroh', 'open');
    expect(await alice.exitCode()).toBe(2);
    expect(alice.output).toBe(
      'grapevine-chat: --transport iroh needs the package @grapevine/iroh: npm install @grapevine/iroh\n',
    );
  });
});

test('over iroh, two people talk as over QUIC, and leave as quickly', async () => {
  const alice = start('--transport', 'iroh', '--no-relay', '--name', 'alice', 'open');
  const bob = start('--transport', 'iroh', '--no-relay', 'join', await alice.ticket());
  await bob.sees(/connected!/);
  alice.type('hello');
  await bob.sees(/alice: hello\n/);
  expect(await alice.end()).toBe(0);
  expect(await bob.interrupt()).toBe(0);
});

test('--help explains itself', () => {
  const { status, stdout } = spawnSync(process.execPath, [cli, '--help'], { encoding: 'utf8' });
  expect(stdout).toContain('join TICKET');
  expect(status).toBe(0);
});

const noScript = spawnSync('script', ['--version']).status !== 0;

test.skipIf(noScript)(
  'on a terminal, lines that nobody has heard are told, without our name (needs script: apt-get install bsdutils)',
  async () => {
    const command = `'${process.execPath}' '${cli}' --bind 127.0.0.1:0 --name alice open`;
    const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { stdio: 'pipe' });
    let shown = '';
    terminal.stdout.on('data', (chunk) => {
      if (!shown.includes('waiting') && `${shown}${chunk}`.includes('waiting')) terminal.stdin.write('hello\n\x04');
      shown += chunk;
    });
    const [code] = await once(terminal, 'close');
    expect(shown).toContain('! nobody was there to hear a line\r\n');
    expect(code).toBe(0);
  },
);
