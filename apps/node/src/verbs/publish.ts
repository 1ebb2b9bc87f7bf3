import type { GossipTopic } from '@grapevine/api';
import { createProgress, stderr, UsageError } from '@grapevine/cli-kit';
import { ConnectionClosedError, TopicClosedError } from '@grapevine/net';
import { checkWhole, type Input, inputOf, linesOf, openInput, wholeOf } from '../io/input.js';
import { DEFAULT_WAIT_MS, meetSomebody, WAIT_HELP } from '../remote/meet-somebody.js';
import { type ControlledNode, withNode } from '../remote/with-node.js';
import { duration, lastOf, read, room, someText, yesOrNo } from '../settings/values.js';
import { Tally } from './tally.js';
import type { Call, Verb } from './verb.js';

export const publish: Verb = {
  summary: 'send messages to everybody in a topic',
  about: `Sends messages to everybody in a topic: the one given, or each line of a file or of stdin. Ends when
the node has them all. A node that is not in the topic takes part for as long as that takes.

Somebody has to be there: a neighbor of the node, or another subscriber on the node itself. Without a
neighbor the node keeps messages for the first one (1 MiB) for as long as it is in the topic.

A message that is equal to an earlier one is the same message to the swarm and is delivered once.`,
  usage: ['TOPIC', '[MESSAGE]'],
  settings: [
    { flag: 'file', kind: 'text', metavar: 'FILE', help: 'send the lines of a file; - for stdin, as without' },
    { flag: 'whole', kind: 'switch', metavar: '', help: 'the file or stdin is one message, of any bytes' },
    { flag: 'timeout', kind: 'text', metavar: 'TIME', help: WAIT_HELP },
  ],
  run: (call) => {
    const [name, message] = call.positionals as [string, string?];
    const where = read(name, 'TOPIC', room);
    const waitMs = lastOf(call.given, 'timeout', duration) ?? DEFAULT_WAIT_MS;
    const { input, messages } = messagesOf(call);
    return withNode(call, async (node) => {
      await using topic = await node.remote.subscribe(where);
      if (message !== undefined) checkWhole(Buffer.byteLength(message), topic.maxContentLength); // nobody needs to be there for that
      if (!(await isHeardWithin(waitMs, node, topic))) {
        throw new Error(
          `the node has no neighbor in ${name} after ${waitMs / 1000} s, so nothing was sent: have it meet somebody (grapevine join ${name} TICKET)`,
        );
      }
      await send(node, topic, messages(topic.maxContentLength), input);
      if (topic.neighbors().length === 0) {
        stderr().write('only subscribers on the node have heard it: the node has no neighbor in the topic\n');
      }
    }).finally(() => input.close());
  },
};

/** How often to look for another subscriber on the node: nobody tells when one comes. */
const LOOK_MS = 250;

/** Waits until somebody besides us is in the topic. @returns whether somebody is */
async function isHeardWithin(waitMs: number, node: ControlledNode, topic: GossipTopic): Promise<boolean> {
  const end = performance.now() + waitMs;
  for (;;) {
    if (await isHeard(node, topic)) return true;
    const left = end - performance.now();
    if (left <= 0) return false;
    if (await meetSomebody(topic, Math.min(LOOK_MS, left), node.signal)) return true;
  }
}

/** Whether somebody besides us is in the topic now. */
async function isHeard({ remote }: ControlledNode, topic: GossipTopic): Promise<boolean> {
  return topic.neighbors().length > 0 || (await remote.control.listeners(topic.id)) > 1;
}

/** Messages, once it is known how long one may be. */
type Messages = (limit: number) => AsyncIterable<Uint8Array>;

function messagesOf({ positionals: [, message], given }: Call): {
  readonly messages: Messages;
  readonly input: CountedInput;
} {
  const path = lastOf(given, 'file', someText);
  const isWhole = lastOf(given, 'whole', yesOrNo) ?? false;
  if (message !== undefined && (path !== undefined || isWhole)) {
    throw new UsageError(`give either a MESSAGE or --${path === undefined ? 'whole' : 'file'}, not both`);
  }
  if (message !== undefined) {
    const input = new CountedInput(inputOf(message));
    return { input, messages: (limit) => wholeOf(input, limit) };
  }
  if (process.stdin.isTTY && (path === undefined || path === '-')) {
    stderr().write('each line is a message; Ctrl-D ends\n');
  }
  const input = new CountedInput(openInput(path));
  return { input, messages: (limit) => (isWhole ? wholeOf(input, limit) : linesOf(input, limit)) };
}

/** An input that knows how much of it was read. */
class CountedInput implements AsyncIterable<Uint8Array> {
  readonly #input: Input;
  #read = 0;

  constructor(input: Input) {
    this.#input = input;
  }

  /** From 0 to 1; undefined where nobody knows how much there is. */
  get share(): number | undefined {
    const { size } = this.#input;
    return size === undefined ? undefined : Math.min(1, this.#read / Math.max(1, size));
  }

  close(): void {
    this.#input.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#input.chunks) {
      this.#read += chunk.length;
      yield chunk;
    }
  }
}

async function send(
  { remote, signal }: ControlledNode,
  topic: GossipTopic,
  messages: AsyncIterable<Uint8Array>,
  input: CountedInput,
): Promise<void> {
  const tally = new Tally();
  const progress = createProgress();
  try {
    for await (const message of messages) {
      await topic.broadcast(message, { signal });
      tally.add(message);
      if (input.share === undefined) progress.tell(`${tally.messages} sent`);
      else progress.update(input.share);
    }
    tally.refused = (await remote.flush({ signal })) ?? 0;
  } catch (error) {
    if (!(error instanceof TopicClosedError || error instanceof ConnectionClosedError)) throw error;
    throw new Error('the node left the topic, or the connection to it was lost; what was on its way may be lost');
  } finally {
    progress.end();
    stderr().write(`${tally}\n`);
  }
  if (tally.refused > 0) throw new Error('the node did not take everything: its log says why');
}
