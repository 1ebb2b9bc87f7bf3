import { topicIdFrom } from '@grapevine/api';
import { MAX_ITEM } from '../src/protocol.js';
import { command, item, length, type RawClient, request } from './raw-client.js';

// What a server does with what no client of ours sends. The tests of this package ask our server, those against Rust the crate's:
// both must give the same answers.

const topic = topicIdFrom('17'.repeat(32));
const join = request({ type: 'join', topic, bootstrap: [] });
const hello = command({ type: 'broadcast', content: Buffer.from('hello') });

/** Something to try, and its expected result. */
export interface Probe {
  readonly name: string;
  readonly expected: unknown;
  /** How many broadcasts the node got. It is alone in the topic, and keeps them. */
  readonly kept?: number;
  run(client: RawClient): Promise<unknown>;
}

/** Checks that the server still takes requests on this connection: a new subscription ends without error when both halves are closed. */
async function stillServes(client: RawClient): Promise<boolean> {
  const stream = await client.open(join);
  stream.send.finish();
  return (await stream.send.stopped) === undefined;
}

/** Sends commands on a stream, and finishes it. */
async function commands(client: RawClient, ...chunks: readonly Uint8Array[]): Promise<unknown> {
  const stream = await client.open(join, ...chunks);
  stream.send.finish();
  const stopped = await stream.send.stopped;
  return { stopped, serves: await stillServes(client) };
}

const inOrder = { stopped: undefined, serves: true };

export const probes: readonly Probe[] = [
  {
    name: 'a request over 16 MiB closes the connection with code 1',
    expected: { type: 'peer', code: 1, reason: 'request exceeded max message size' },
    async run(client) {
      await client.open(length(MAX_ITEM + 1), new Uint8Array(64));
      return await client.connection.closed;
    },
  },
  {
    name: 'a command over 16 MiB stops the stream with code 1, and the subscription goes on',
    expected: { stopped: 1, serves: true },
    async run(client) {
      const { send } = await client.open(join, length(MAX_ITEM + 1), new Uint8Array(64));
      return { stopped: await send.stopped, serves: await stillServes(client) };
    },
  },
  {
    name: 'a command of exactly 16 MiB is read',
    expected: inOrder,
    kept: 1,
    run(client) {
      const body = new Uint8Array(MAX_ITEM);
      body.set([0, ...length(MAX_ITEM - 5)]); // Broadcast of 16,777,211 bytes, whose length takes four
      return commands(client, length(MAX_ITEM), body, hello);
    },
  },
  {
    name: 'a request that is none ends the connection with code 0 and no reason',
    expected: { type: 'peer', code: 0, reason: '' },
    async run(client) {
      await client.open(item(5));
      return await client.connection.closed;
    },
  },
  {
    name: 'a stream without a request does so, too',
    expected: { type: 'peer', code: 0, reason: '' },
    async run(client) {
      const { send } = await client.open();
      send.finish();
      return await client.connection.closed;
    },
  },
  {
    name: 'a request with an id that is no curve point does so, too',
    expected: { type: 'peer', code: 0, reason: '' },
    async run(client) {
      await client.open(item(0, ...new Uint8Array(32), 1, ...new Uint8Array(32).fill(2)));
      return await client.connection.closed;
    },
  },
  {
    name: 'after a request that is none, the other subscriptions of the connection go on until they end',
    expected: { type: 'peer', code: 0, reason: '' },
    async run(client) {
      const good = await client.open(join, hello);
      await client.open(item(5));
      good.send.finish();
      good.recv.stop(0);
      return await client.connection.closed;
    },
  },
  {
    name: 'a command that is none ends the commands, not the subscription',
    expected: { stopped: 0, serves: true },
    async run(client) {
      const { send } = await client.open(join, item(9));
      return { stopped: await send.stopped, serves: await stillServes(client) };
    },
  },
  {
    name: 'lengths in more bytes than they need are read',
    expected: inOrder,
    kept: 2,
    run: (client) => commands(client, length(hello.length - 1, 10), hello.subarray(1), hello),
  },
  {
    name: 'of the tenth byte of a length only the lowest bit counts',
    expected: inOrder,
    kept: 2,
    run(client) {
      const long = length(hello.length - 1, 10);
      long[9] = 0x7e;
      return commands(client, long, hello.subarray(1), hello);
    },
  },
  {
    name: 'a length of eleven bytes ends the commands',
    expected: { stopped: 0, serves: true },
    async run(client) {
      const { send } = await client.open(join, length(hello.length - 1, 11), hello.subarray(1));
      return { stopped: await send.stopped, serves: await stillServes(client) };
    },
  },
  {
    name: 'bytes after a command, within its item, are ignored',
    expected: inOrder,
    kept: 2,
    run: (client) => commands(client, item(...hello.subarray(1), 1, 2, 3), hello),
  },
  {
    name: 'a one-way stream is not allowed',
    expected: 'ERR_STREAM_LIMIT',
    run: (client) =>
      client.connection.openUni().then(
        () => 'allowed',
        ({ code }) => code,
      ),
  },
  {
    name: 'events end when the client reads no more, commands do not',
    expected: { afterStop: 'open', afterFinish: undefined },
    async run(client) {
      const { send, recv } = await client.open(join);
      recv.stop(0);
      await stillServes(client); // the stop has arrived by now
      send.write(hello);
      const afterStop = await Promise.race([send.stopped, stillServes(client).then(() => 'open')]);
      send.finish();
      return { afterStop, afterFinish: await send.stopped };
    },
  },
];
