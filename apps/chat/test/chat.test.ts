import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Gossip } from '@grapevine/api';
import { SecretKey } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import { topicId } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import { signMessage } from '../src/message.js';
import { parseChatTicket } from '../src/ticket.js';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const TOPIC = '22'.repeat(32);

/** A chat process with its pipes. */
class Chat {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: (() => void)[] = [];
  output = '';

  constructor(...args: string[]) {
    this.#process = spawn(process.execPath, [cli, '--bind', '127.0.0.1:0', ...args]);
    for (const pipe of [this.#process.stdout, this.#process.stderr]) {
      pipe.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        for (const check of this.#waiting) check();
      });
    }
  }

  type(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** Waits for a line that matches. */
  sees(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve) => {
      const check = () => {
        const match = pattern.exec(this.output);
        if (match) resolve(match);
      };
      this.#waiting.push(check);
      check();
    });
  }

  async ticket(): Promise<string> {
    return (await this.sees(/ticket to join us: (\S+)\n/))[1] as string;
  }

  async end(): Promise<number | null> {
    this.#process.stdin.end();
    return this.exitCode();
  }

  async interrupt(): Promise<number | null> {
    this.#process.kill('SIGINT');
    return this.exitCode();
  }

  async exitCode(): Promise<number | null> {
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
    return this.#process.exitCode;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

const chats: Chat[] = [];
function start(...args: string[]): Chat {
  const chat = new Chat(...args);
  chats.push(chat);
  return chat;
}
afterEach(() => {
  for (const chat of chats.splice(0)) chat.kill();
});

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
  expect(await alice.interrupt()).toBe(0);
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

test('bad messages are reported and skipped', async () => {
  const alice = start('open', TOPIC);
  const { topic, peers } = parseChatTicket(await alice.ticket());
  await using endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
  await using gossip = Gossip.spawn(endpoint);
  await using _router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  await using room = await gossip.subscribe(topicId(topic), { bootstrap: peers });
  await room.joined();
  const key = SecretKey.generate();
  const forged = signMessage(key, { type: 'message', text: 'forged\n' });
  forged[40] = (forged[40] ?? 0) ^ 1;
  await room.broadcast(forged);
  await room.broadcast('garbage');
  await room.broadcast(signMessage(key, { type: 'message', text: 'honest\n' }));
  await alice.sees(new RegExp(`${key.id.slice(0, 10)}: honest\n`));
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

describe('bad input is one line on stderr and exit code 2', () => {
  test.each([
    [[], 'expected open or join'],
    [['jump'], 'unknown command "jump"'],
    [['open', 'lobby'], '"lobby" is not a topic id, expected 64 hex digits'],
    [['join'], 'join needs a ticket'],
    [['join', 'nonsense!'], 'not a valid chat ticket'],
    [['open', TOPIC, 'more'], 'unexpected "more"'],
    [['--bind', 'nowhere', 'open'], 'expected HOST:PORT'],
    [['--bind', '203.0.113.7:1', 'open'], "can't bind 203.0.113.7:1"],
    [['--secret-key', 'abc', 'open'], 'not a valid secret key'],
    [['--frob'], "Unknown option '--frob'"],
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

test('--help explains itself', () => {
  const { status, stdout } = spawnSync(process.execPath, [cli, '--help'], { encoding: 'utf8' });
  expect(stdout).toContain('join TICKET');
  expect(status).toBe(0);
});
