import type { GossipEvent } from '@grapevine/api';
import { printable, printableJson, stderr, stdout } from '@grapevine/cli-kit';
import { Deadline } from '../remote/deadline.js';
import { withNode } from '../remote/with-node.js';
import { duration, lastOf, oneOf, read, room, wholeNumber } from '../settings/values.js';
import type { Verb } from './verb.js';

type Format = (event: GossipEvent) => string | Uint8Array | undefined;

/** Events that wait for a slow reader of stdout, besides those that wait at the node. */
const QUEUE = 65_536;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const FORMATS = {
  text: (event) => (event.type === 'received' ? `${printable(Buffer.from(event.content).toString())}\n` : undefined),
  json: (event) =>
    `${printableJson(event.type === 'received' ? { ...event, content: undefined, ...contentOf(event.content) } : event)}\n`,
  raw: (event) => (event.type === 'received' ? event.content : undefined),
} satisfies Record<string, Format>;

const NAMES = Object.keys(FORMATS) as (keyof typeof FORMATS)[];

export const subscribe: Verb = {
  summary: 'print the messages of a topic as they come',
  about: `Prints the messages of a topic as they come, until Ctrl-C. A node that is not in the topic takes
part for as long as this runs.

As text, each message is a line, and control characters are replaced. As JSON, each event is
an object on a line: messages (content, or contentBase64 where it is not UTF-8), neighbors that come
and go, and how many messages were lost, and why. Raw is the bytes of the messages and nothing else.`,
  usage: ['TOPIC'],
  settings: [
    { flag: 'format', kind: 'text', metavar: 'FORMAT', choices: NAMES, help: 'text (default), json or raw' },
    { flag: 'count', kind: 'text', metavar: 'N', help: 'end after this number of messages' },
    {
      flag: 'timeout',
      kind: 'text',
      metavar: 'TIME',
      help: 'end after this time, such as 10s; with --count that is a failure, unless the messages have come by then',
    },
  ],
  run: (call) => {
    const [name] = call.positionals as [string];
    const where = read(name, 'TOPIC', room);
    const format: Format = FORMATS[lastOf(call.given, 'format', oneOf(...NAMES)) ?? 'text'];
    const count = lastOf(call.given, 'count', wholeNumber(1, Number.MAX_SAFE_INTEGER));
    const timeoutMs = lastOf(call.given, 'timeout', duration);
    return withNode(call, async ({ remote, signal }) => {
      const out = stdout();
      const until = AbortSignal.any([signal, out.gone]);
      using end = timeoutMs === undefined ? undefined : new Deadline(timeoutMs, until);
      const ends = end?.signal ?? until;
      await using topic = await remote.subscribe(where, { queueCapacity: QUEUE });
      ends.addEventListener('abort', () => topic.close(), { once: true });
      stderr().write(`subscribed to ${topic.id}\n`);
      let received = 0;
      for await (const event of topic) {
        if (event.type === 'lagged') stderr().write(`${describeLoss(event)}\n`);
        const text = format(event);
        if (text !== undefined) await out.write(text);
        if (event.type === 'received' && ++received === count) break;
        if (ends.aborted) break;
      }
      await out.flush();
      if (received === count) return;
      if (!ends.aborted) throw new Error('the node was shut down, or the connection to it was lost');
      if (end?.isOver && count !== undefined) {
        throw new Error(`${received} of ${count} messages came in ${(timeoutMs ?? 0) / 1000} s`);
      }
    });
  },
};

function describeLoss({ missed, reason }: GossipEvent & { readonly type: 'lagged' }): string {
  const messages = `${missed} message${missed === 1 ? '' : 's'}`;
  switch (reason) {
    case 'slow-reader':
      return `missed ${messages}: read too slowly`;
    case 'abandoned':
      return `missed ${messages}: the node could not get them from anybody in time`;
    case 'unavailable':
      return `missed ${messages}: the peers that knew of them have dropped them`;
    case 'overflow':
      return `missed ${messages}: too many at once for the node`;
    case 'away':
      return 'may have missed any number of messages: the node was away for longer than its peers remember';
    case 'unknown':
      return `missed ${messages} or more`;
  }
}

function contentOf(content: Uint8Array): { readonly content: string } | { readonly contentBase64: string } {
  try {
    return { content: strictUtf8.decode(content) };
  } catch {
    return { contentBase64: Buffer.from(content).toString('base64') };
  }
}
