import { Gossip } from '@grapevine/api';
import { stdout, textTable, UsageError } from '@grapevine/cli-kit';
import { directAddrs, isLoopback, Router, SecretKey, silentLogger } from '@grapevine/net';
import { type BenchResult, MIN_SIZE, measure, NotMetError } from '../bench/measure.js';
import { Closers } from '../node/closers.js';
import { bindEndpoint, TRANSPORTS } from '../node/transport.js';
import { withNode } from '../remote/with-node.js';
import { lastOf, oneOf, wholeNumber, yesOrNo } from '../settings/values.js';
import type { Verb } from './verb.js';

/** All of them may wait for us at once. */
const MAX_MESSAGES = 1_000_000;
/** What every default node takes. */
const MAX_SIZE = 4_055;

export const bench: Verb = {
  summary: 'measure how fast a node answers and delivers',
  about: `Measures a node from both sides: messages go to it by remote control, and from it to a node in this
process, in a topic that nobody else knows. Prints how long an answer takes, how long a message
takes when it is alone, and how many a second arrive at full speed. Both ends are in this process,
so the figures are what node and command reach together.`,
  usage: [],
  settings: [
    { flag: 'messages', kind: 'text', metavar: 'N', help: 'messages at full speed (default: 10000)' },
    { flag: 'size', kind: 'text', metavar: 'BYTES', help: 'length of each (default: 256)' },
    {
      flag: 'transport',
      kind: 'text',
      metavar: 'KIND',
      choices: TRANSPORTS,
      help: 'the transport of the measured node (default: quic where it runs)',
    },
    { flag: 'json', kind: 'switch', metavar: '', help: 'print an object with all figures' },
  ],
  run: (call) => {
    const { given } = call;
    const messages = lastOf(given, 'messages', wholeNumber(1, MAX_MESSAGES)) ?? 10_000;
    const size = lastOf(given, 'size', wholeNumber(MIN_SIZE, MAX_SIZE)) ?? 256;
    const transport = lastOf(given, 'transport', oneOf(...TRANSPORTS));
    const isJson = lastOf(given, 'json', yesOrNo) ?? false;
    return withNode(call, async ({ remote, signal }) => {
      const node = await remote.control.addr();
      const address = directAddrs(node).every(isLoopback) ? '127.0.0.1:0' : '0.0.0.0:0';
      const closers = new Closers();
      try {
        const secretKey = SecretKey.generate();
        const endpoint = await bindEndpoint(transport, { secretKey, address, logger: silentLogger });
        closers.add(() => endpoint.close());
        const own = Gossip.spawn(endpoint);
        const router = new Router(endpoint).accept(Gossip.ALPN, own).spawn();
        closers.add(() => router.shutdown());
        const result = await measure(remote, own, node, { messages, size, signal });
        await stdout().line(isJson ? JSON.stringify(result) : describe(result));
        if (result.delivered < result.sent)
          throw new Error(`${result.sent - result.delivered} messages did not arrive`);
      } catch (error) {
        if (!(error instanceof NotMetError)) throw error;
        throw new UsageError(`the node and ours did not meet: is ${transport ?? 'this'} its transport (--transport)?`);
      } finally {
        await closers.close();
      }
    });
  },
};

function describe({ pingMs, deliveryMs, delivered, size, totalMs }: BenchResult): string {
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const perSecond = (1_000 * delivered) / totalMs;
  return textTable([
    ['', 'median', '99 %'],
    ['answer of remote control', ms(pingMs.p50), ms(pingMs.p99)],
    ['delivery of one message', ms(deliveryMs.p50), ms(deliveryMs.p99)],
  ]).concat(
    `\n\n${delivered} messages of ${size} bytes in ${(totalMs / 1_000).toFixed(2)} s: ${Math.round(perSecond)} a second, ${((perSecond * size) / 1e6).toFixed(1)} MB/s`,
  );
}
