import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as net from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { WebEndpoint } from '@grapevine/web';
import ts from 'typescript';
import { afterEach, expect, test } from 'vitest';
import * as api from '../src/index.js';
import { LeafGossip } from '../src/leaf/index.js';

// Every @example in the sources runs. The test gives it what it does not make itself (`topic`, `ticket`, …), in a room with a neighbor.

const ROOM = api.topicIdFrom('my-room');
const LOCAL = { address: '127.0.0.1:0' };
const sources = fileURLToPath(new URL('../src', import.meta.url));
const examples = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) =>
    [...readFileSync(`${sources}/${file}`, 'utf8').matchAll(/@example\n +\* ```ts\n([\s\S]*?) +\* ```/g)].map(
      ([, lines = ''], i) => ({ name: `${file}, ${i + 1}`, code: lines.replace(/^ +\* ?/gm, '') }),
    ),
  );

const open: api.BoundGossip[] = [];
const close = () => Promise.all(open.splice(0).map((node) => node.shutdown()));
afterEach(close);

async function bind(): Promise<api.BoundGossip> {
  const node = await api.Gossip.bind(LOCAL);
  open.push(node);
  return node;
}

/** An example as a function of what is there. */
function compile(code: string, names: readonly string[]): (...there: unknown[]) => Promise<void> {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(`async function example() {\n${code}\n}`, { compilerOptions });
  return new Function(...names, `${outputText}\nreturn example();`) as ReturnType<typeof compile>;
}

test('there are examples', () => expect(examples.length).toBeGreaterThan(8));

test.each(examples)('$name runs', async ({ code }) => {
  const [neighbor, node] = [await bind(), await bind()];
  const talk = await neighbor.subscribe(ROOM);
  const topic = await node.subscribe(ROOM, { bootstrap: neighbor.ticket() });
  await topic.joined();
  const printed: unknown[] = [];
  const print = (...values: unknown[]) => printed.push(values.join(' '));
  const there: Record<string, unknown> = {
    ...{ ...net, ...api, Endpoint, LeafGossip, WebEndpoint, console: { log: print, warn: print } },
    ...{ gossip: node.gossip, endpoint: node.endpoint, topic, ticket: neighbor.ticket() },
  };
  let isOver = false;
  const running = compile(
    code,
    Object.keys(there),
  )(...Object.values(there)).finally(() => {
    isOver = true;
  });
  if (code.includes('for await')) {
    let said = 0;
    const isRunning = async () => {
      await talk.broadcast(`hello ${said++}`);
      return printed.length > 0 || isOver;
    };
    await expect.poll(isRunning, { timeout: 10_000 }).toBe(true);
    expect(printed.length).toBeGreaterThan(0);
    await close(); // that is what ends the loop
  }
  await running;
});
