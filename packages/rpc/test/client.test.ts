import { setMaxListeners } from 'node:events';
import { topicIdFrom } from '@grapevine/api';
import { type BiStream, formatSocketAddr, SecretKey, StreamResetError } from '@grapevine/net';
import { type FaultySocket, faultySocket } from '@grapevine/net/compliance';
import { type CertificateConnection, CertificateEndpoint } from '@grapevine/net/quic';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONTROL_ALPN, connectRpc, ItemTooLargeError, type RemoteGossip, RPC_ALPN } from '../src/index.js';
import { ItemReader } from '../src/item-reader.js';
import { encodeItem, writeItem } from '../src/item-writer.js';
import { MAX_ITEM } from '../src/protocol.js';
import { commandSchema, eventSchema, type WireEvent } from '../src/wire.js';
import { item, length } from './raw-client.js';
import { recorder } from './setup.js';

// Our client, and a server that does what our server never does.

const ROOM = topicIdFrom('my-room');
const [a, b, c] = [1, 2, 3].map((seed) => SecretKey.fromBytes(new Uint8Array(32).fill(seed)).id);
if (!a || !b || !c) throw new Error('three ids');
const event = (value: WireEvent) => encodeItem(eventSchema, value);

let endpoint: CertificateEndpoint;
let socket: FaultySocket;
let remote: RemoteGossip;
let said: string[];
/** What the server does with each stream; the request has been read. */
let onJoin: (stream: BiStream, reader: ItemReader, connection: CertificateConnection) => void;
let onBroken: (error: unknown) => void;
let onControl: ((stream: BiStream) => void) | undefined;
beforeEach(async () => {
  socket = faultySocket({ seed: 1 });
  endpoint = await CertificateEndpoint.bind({ address: '127.0.0.1:0', alpns: [RPC_ALPN], socket: () => socket });
  onControl = undefined;
  const log = recorder();
  said = log.said;
  const { addr, certificate } = endpoint;
  remote = connectRpc({ address: formatSocketAddr(addr), certificate }, { logger: log.logger });
  void (async () => {
    for await (const incoming of endpoint.accept()) incoming.accept().then(serve, () => {}); // who speaks another protocol
  })();
});
afterEach(async () => {
  await remote.close();
  await endpoint.close();
});

async function serve(connection: CertificateConnection): Promise<void> {
  for await (const stream of connection.acceptBi()) {
    if (connection.alpn === CONTROL_ALPN) {
      onControl?.(stream);
      continue;
    }
    const reader = new ItemReader(stream.recv);
    reader.next().then(() => onJoin(stream, reader, connection), onBroken);
  }
}

describe('events that are none', () => {
  test.each([
    ['an unknown kind', item(7), 0],
    ['an id that is no curve point', item(0, ...new Uint8Array(32).fill(2)), 0],
    ['more than 16 MiB', length(MAX_ITEM + 1), 1],
    ['a length without end', length(0, 11), 0],
  ])('%s: the topic ends, the reader is told no error, the stream is stopped', async (_, bytes, code) => {
    const stopped = new Promise((resolve) => {
      onJoin = ({ send }) => {
        send.write(event({ type: 'neighborUp', peer: a }));
        send.write(bytes);
        resolve(send.stopped);
      };
    });
    const topic = await remote.subscribe(ROOM);
    expect(await topic.next()).toEqual({ done: false, value: { type: 'neighborUp', peer: a } });
    expect(await topic.next()).toEqual({ done: true, value: undefined });
    expect(await stopped).toBe(code);
    await expect(topic.broadcast('x')).rejects.toMatchObject({ code: 'ERR_TOPIC_CLOSED' });
    await expect(topic.joined()).rejects.toMatchObject({ code: 'ERR_TOPIC_CLOSED' });
    expect(said).toContain('a remote topic ended');
  });
});

test('a server that takes no more commands is heard on', async () => {
  const stopping = new Promise<() => void>((resolve) => {
    onJoin = ({ send, recv }) =>
      resolve(() => {
        recv.stop(1);
        send.write(
          event({ type: 'received', content: Buffer.from('hi'), scope: { type: 'neighbors' }, deliveredFrom: a }),
        );
      });
  });
  const topic = await remote.subscribe(ROOM);
  (await stopping)();
  expect((await topic.next()).value).toMatchObject({ type: 'received', deliveredFrom: a });
  await expect
    .poll(() =>
      topic.broadcast('x').then(
        () => 'sent',
        ({ code }) => code,
      ),
    )
    .toBe('ERR_TOPIC_CLOSED');
  expect(said).toContain('the server takes no more commands for a topic');
});

test('neighbors are asked for after the server lagged, and what comes later counts on top', async () => {
  endpoint.setAlpns([RPC_ALPN, CONTROL_ALPN]);
  const answers: BiStream[] = [];
  const requests: number[] = [];
  onControl = (stream) => {
    void new ItemReader(stream.recv).next().then((request) => {
      const kind = request?.[0] ?? -1;
      requests.push(kind);
      if (kind === 3) answers.push(stream);
      else stream.send.write(item(5, 0, 0, 0)); // settled
    });
  };
  const joined = new Promise<BiStream>((resolve) => {
    onJoin = (stream) => resolve(stream);
  });
  const topic = await remote.subscribe(ROOM);
  const { send } = await joined;
  for (const value of [{ type: 'neighborUp', peer: a }, { type: 'lagged' }, { type: 'neighborUp', peer: c }] as const) {
    send.write(event(value));
  }
  expect((await topic.next()).value).toEqual({ type: 'neighborUp', peer: a });
  expect((await topic.next()).value).toEqual({ type: 'lagged', missed: 1, reason: 'unknown' });
  expect((await topic.next()).value).toEqual({ type: 'neighborUp', peer: c });
  expect(topic.neighbors()).toEqual([a, c]);
  await expect.poll(() => answers.length).toBe(1);
  const ids = [b, c].flatMap((id) => [...Buffer.from(id, 'hex')]);
  answers[0]?.send.write(item(3, 2, ...ids)); // a has gone and b has come in the gap
  await expect.poll(() => [...topic.neighbors()].sort()).toEqual([b, c].sort());
  expect(requests).toContain(3);
});

test('bytes of events are bounded by the queue: the oldest go and are counted', async () => {
  onJoin = ({ send }) => {
    for (let i = 0; i < 100; i++) {
      send.write(
        event({ type: 'received', content: Uint8Array.of(i), scope: { type: 'neighbors' }, deliveredFrom: a }),
      );
    }
    send.finish();
  };
  const topic = await remote.subscribe(ROOM, { queueCapacity: 10 });
  await expect
    .poll(() =>
      topic.broadcast('x').then(
        () => 'open',
        ({ code }) => code,
      ),
    )
    .toBe('ERR_TOPIC_CLOSED');
  expect((await topic.next()).value).toEqual({ type: 'lagged', missed: 90, reason: 'slow-reader' });
  for (let i = 90; i < 100; i++) expect((await topic.next()).value).toMatchObject({ content: Uint8Array.of(i) });
  expect((await topic.next()).done).toBe(true);
});

describe('what is written', () => {
  test.each([
    ['too large', new Uint8Array(MAX_ITEM), 1, ItemTooLargeError],
    ['no command', 'text' as never, 2, TypeError],
  ])('an item that is %s resets the stream with its code', async (_, content, code, error) => {
    const resetWith = new Promise((resolve) => {
      onBroken = resolve;
      onJoin = resolve;
    });
    const { addr, certificate } = endpoint;
    const client = await CertificateEndpoint.bind({ address: '127.0.0.1:0' });
    const connection = await client.connect({ addr, certificate }, RPC_ALPN);
    const { send } = await connection.openBi();
    expect(() => writeItem(send, commandSchema, { type: 'broadcast', content })).toThrow(error);
    const reset = await resetWith;
    expect(reset).toBeInstanceOf(StreamResetError);
    expect(reset).toMatchObject({ errorCode: code });
    await client.close();
  });

  test('many commands at once wait for each other', async () => {
    onJoin = () => {}; // reads nothing
    const topic = await remote.subscribe(ROOM);
    const controller = new AbortController();
    const { signal } = controller;
    setMaxListeners(0, signal);
    let sent = 0;
    const all = Array.from({ length: 3_000 }, () =>
      topic.broadcast(new Uint8Array(4_000), { signal }).then(() => {
        sent++;
      }),
    );
    await expect.poll(() => sent, { timeout: 10_000 }).toBeGreaterThan(0);
    controller.abort(new Error('enough'));
    const outcomes = await Promise.allSettled(all);
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    expect(sent * 4_000).toBeLessThan(4 * 1024 * 1024); // windows and buffers
  });

  test('commands wait while the server does not read, and an aborted one is not sent', async () => {
    const opened = new Promise<ItemReader>((resolve) => {
      onJoin = (_, reader) => resolve(reader);
    });
    const topic = await remote.subscribe(ROOM);
    const controller = new AbortController();
    let sent = 0;
    const flood = (async () => {
      for (;;) {
        await topic.broadcast(new Uint8Array(4_000), { signal: controller.signal });
        sent++;
      }
    })();
    let before = -1;
    const isStuck = () => {
      const stuck = sent > 0 && sent === before;
      before = sent;
      return stuck;
    };
    await expect.poll(isStuck, { interval: 100, timeout: 10_000 }).toBe(true);
    controller.abort(new Error('enough'));
    await expect(flood).rejects.toThrow('enough');
    topic.close();
    const reader = await opened;
    let got = 0;
    while (await reader.next()) got++;
    expect(got).toBe(sent);
  });
});

test('a server that falls silent is given up, and its topics end with an error', async () => {
  onJoin = ({ send }) => send.write(event({ type: 'neighborUp', peer: a }));
  const { addr, certificate } = endpoint;
  const address = formatSocketAddr(addr);
  const impatient = connectRpc({ address, certificate }, { idleTimeoutMs: 500 });
  const topic = await impatient.subscribe(ROOM);
  await topic.joined();
  socket.setFaults({ loss: 1 });
  expect((await topic.next()).value).toEqual({ type: 'neighborUp', peer: a });
  await expect(topic.next()).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' });
  await expect(topic.broadcast('x')).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' });
  expect(topic.neighbors()).toEqual([]);
  socket.setFaults({ loss: 0 }); // and is back
  const again = await impatient.subscribe(ROOM);
  await again.joined();
  await impatient.close();
});

test('the first dial of a server that is not there fails, and says so', async () => {
  const { addr, certificate } = endpoint;
  await endpoint.close();
  const lonely = connectRpc({ address: formatSocketAddr(addr), certificate }, { idleTimeoutMs: 300 });
  await expect(lonely.subscribe(ROOM)).rejects.toMatchObject({ code: 'ERR_CONNECT' });
  await lonely.close();
  await expect(lonely.subscribe(ROOM)).rejects.toMatchObject({ code: 'ERR_GOSSIP_CLOSED' });
});
