import { randomBytes } from 'node:crypto';
import { type Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import type { EndpointAddr } from '@grapevine/net';
import type { RemoteGossip } from '@grapevine/rpc';
import { meetSomebody } from '../remote/meet-somebody.js';

const QUESTIONS = 100;
const SINGLES = 200;
/** Longest wait for the next message. */
const PATIENCE_MS = 10_000;
/** A message begins with its number. */
export const MIN_SIZE = 8;

/** What is measured. */
export interface BenchOptions {
  readonly messages: number;
  /** Bytes of a message. */
  readonly size: number;
  readonly signal: AbortSignal;
}

/** The result. Times are in milliseconds. */
export interface BenchResult {
  readonly pingMs: { readonly p50: number; readonly p99: number };
  /** From the command to the message at the other node, one message at a time. */
  readonly deliveryMs: { readonly p50: number; readonly p99: number };
  readonly sent: number;
  readonly delivered: number;
  readonly size: number;
  /** From the first command to the last delivery. */
  readonly totalMs: number;
}

/** The node and ours did not become neighbors. */
export class NotMetError extends Error {}

/**
 * Measures a node from both sides: commands go to it by remote control, and what it sends out arrives at a node of our own, in a
 * topic that nobody else knows.
 *
 * @throws NotMetError; the signal's reason
 */
export async function measure(
  remote: RemoteGossip,
  own: Gossip,
  node: EndpointAddr,
  options: BenchOptions,
): Promise<BenchResult> {
  const { messages, size, signal } = options;
  const pings: number[] = [];
  for (let i = 0; i < QUESTIONS; i++) pings.push(await remote.control.ping());
  const id = topicIdFrom(randomBytes(32).toString('hex'));
  await using commands = await remote.subscribe(id);
  await using arrivals = await own.subscribe(id, { bootstrap: [node], queueCapacity: messages + SINGLES + 1_000 });
  for (const topic of [commands, arrivals]) {
    if (!(await meetSomebody(topic, PATIENCE_MS, signal))) throw new NotMetError();
  }

  const singles: number[] = [];
  for (let i = 0; i < SINGLES; i++) {
    const start = performance.now();
    await commands.broadcast(numbered(i, size), { signal });
    if ((await arrive(arrivals, 1)) === 1) singles.push(performance.now() - start);
  }
  const start = performance.now();
  const arriving = arrive(arrivals, messages).then((delivered) => ({ delivered, totalMs: performance.now() - start }));
  for (let i = 0; i < messages; i++) await commands.broadcast(numbered(SINGLES + i, size), { signal });
  const { delivered, totalMs } = await arriving;
  return { pingMs: ends(pings), deliveryMs: ends(singles), sent: messages, delivered, size, totalMs };
}

function numbered(number: number, size: number): Uint8Array {
  const message = Buffer.alloc(size);
  message.writeBigUInt64LE(BigInt(number));
  return message;
}

/** Takes `count` messages. @returns how many came until the topic was silent for `PATIENCE_MS`, which closes it */
async function arrive(topic: GossipTopic, count: number): Promise<number> {
  let received = 0;
  const silence = setTimeout(() => topic.close(), PATIENCE_MS);
  try {
    for await (const event of topic) {
      silence.refresh();
      if (event.type === 'received' && ++received === count) break;
    }
  } finally {
    clearTimeout(silence);
  }
  return received;
}

function ends(samples: number[]): { readonly p50: number; readonly p99: number } {
  const sorted = samples.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
