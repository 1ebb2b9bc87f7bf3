import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { topicIdFromBytes } from '@grapevine/proto';
import { build } from 'esbuild';
import { afterEach, describe, expect, test } from 'vitest';
import { GossipNode, type GossipOptions } from '../../src/gossip/index.js';
import type { TopicSession } from '../../src/gossip/service.js';
import { type Faults, faultySocket } from '../../src/quic/faulty-socket.js';
import { Endpoint } from '../../src/quic/index.js';
import { Router } from '../../src/transport/router.js';

const TOPIC = topicIdFromBytes(new Uint8Array(32).fill(0x17));

interface Member {
  readonly endpoint: Endpoint;
  readonly node: GossipNode;
  readonly router: Router;
  readonly session: TopicSession;
}

const members: Member[] = [];
afterEach(() => Promise.all(members.splice(0).map(({ router }) => router.shutdown())));

async function start(
  faults: Faults | undefined,
  options: GossipOptions,
  bootstrap: readonly Member[],
): Promise<Member> {
  const network = faults ? { socket: () => faultySocket(faults) } : {};
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0', ...network });
  const node = new GossipNode(endpoint, options);
  const router = new Router(endpoint).accept(node.alpn, node).spawn();
  const session = await node.subscribe(TOPIC, {
    bootstrap: bootstrap.map((member) => member.endpoint.addr()),
    queueCapacity: 100_000,
  });
  const member = { endpoint, node, router, session };
  members.push(member);
  return member;
}

/** Members that joined through the first one. */
async function swarm(size: number, faults?: (index: number) => Faults, options: GossipOptions = {}): Promise<Member[]> {
  const all = [await start(faults?.(0), options, [])];
  for (let i = 1; i < size; i++) all.push(await start(faults?.(i), options, all.slice(0, 1)));
  await Promise.all(all.map(({ session }) => session.joined()));
  return all;
}

const broadcast = ({ session }: Member, content: Uint8Array) =>
  session.send({ type: 'broadcast', content, scope: 'swarm', whenAlone: 'keep' });

/** The next `count` payloads, as texts. */
async function receive({ session }: Member, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { value } = await session.next();
    if (!value) throw new Error(`the topic was closed after ${texts.length} of ${count} messages`);
    if (value.type === 'lagged') throw new Error(`lagged by ${value.missed}`);
    if (value.type === 'received') texts.push(Buffer.from(value.content).toString('latin1'));
  }
  return texts;
}

describe('a swarm over QUIC', () => {
  test('delivers everything exactly once, from every node to every node', async () => {
    const all = await swarm(8);
    const sent = all.flatMap((_, i) => Array.from({ length: 50 }, (_, j) => `message ${j} of node ${i}`));
    const receiving = all.map((member) => receive(member, 50 * 7));
    await Promise.all(
      all.map(async (member, i) => {
        for (let j = 0; j < 50; j++) await broadcast(member, Buffer.from(`message ${j} of node ${i}`));
      }),
    );
    for (const [i, texts] of (await Promise.all(receiving)).entries()) {
      expect(texts.toSorted()).toEqual(sent.filter((text) => !text.endsWith(`of node ${i}`)).toSorted());
    }
  });

  test('delivers everything although the network loses, doubles, reorders and delays datagrams', async () => {
    const all = await swarm(6, (i) => ({
      seed: 1000 + i,
      loss: 0.1,
      duplicate: 0.05,
      reorder: 0.1,
      delayMs: 2,
      reorderMs: 5,
    }));
    const [publisher, ...others] = all as [Member, ...Member[]];
    const receiving = others.map((member) => receive(member, 300));
    for (let i = 0; i < 300; i++) await broadcast(publisher, Buffer.from(`${i} `.padEnd(500, 'x')));
    for (const texts of await Promise.all(receiving)) {
      expect(texts.map((text) => Number.parseInt(text, 10)).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 300 }, (_, i) => i),
      );
    }
  });

  test('carries every size from nothing to the limit over three hops', async () => {
    const chain: Member[] = [];
    const options = { shareAddresses: false, config: { membership: { activeViewCapacity: 2 } } };
    for (let i = 0; i < 4; i++) {
      const member = await start(undefined, options, chain.slice(-1));
      if (i > 0) await member.session.joined();
      chain.push(member);
    }
    const [first, , , last] = chain as [Member, Member, Member, Member];
    const limit = first.session.maxContentLength('swarm');
    expect(limit).toBe(4055);
    const sizes = Array.from({ length: limit + 1 }, (_, i) => i);
    const received = receive(last, sizes.length);
    for (const size of sizes) await broadcast(first, Buffer.alloc(size, 'x'));
    expect((await received).map((text) => text.length).toSorted((a, b) => a - b)).toEqual(sizes);
    expect(last.session.neighbors()).toEqual([chain[2]?.endpoint.id]);
  });

  test('two nodes that flood each other both finish', async () => {
    const [a, b] = (await swarm(2)) as [Member, Member];
    const COUNT = 10_000;
    const flood = async (from: Member, name: string) => {
      for (let i = 0; i < COUNT; i++) await broadcast(from, Buffer.from(`${name} ${i}`));
    };
    const [atA, atB] = await Promise.all([receive(a, COUNT), receive(b, COUNT), flood(a, 'a'), flood(b, 'b')]);
    expect([new Set(atA).size, new Set(atB).size]).toEqual([COUNT, COUNT]);
  });
});

test('a program whose socket dies is told so by its reader, and nothing keeps it alive', async () => {
  const outfile = fileURLToPath(new URL(`../../node_modules/.dead-socket-${process.pid}.mjs`, import.meta.url));
  const external = ['@matrixai/*', '@noble/*', 'hash-wasm'];
  await build({
    entryPoints: [fileURLToPath(new URL('dead-socket.ts', import.meta.url))],
    outfile,
    ...{ bundle: true, format: 'esm', platform: 'node', conditions: ['@grapevine/source'], external },
  });
  const running = promisify(execFile)(process.execPath, [outfile], { timeout: 20_000 }); // killed if it lives on
  const { stdout } = await running.finally(() => rmSync(outfile));
  expect(stdout).toBe('ERR_ENDPOINT_CLOSED the endpoint is closed: recvmsg ENETDOWN\n');
});
