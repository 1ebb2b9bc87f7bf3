import { type EndpointId, SecretKey } from '@grapevine/net';
import { expect, test } from 'vitest';
import { Author, InOrder, open } from './support/envelope.js';
import { report } from './support/figures.js';
import { GatedSocket } from './support/gated-socket.js';
import { type SwarmNode, useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

// Gossip promises no order, and what was missed comes after what is new. With a sequence number in each message a reader has every author's messages in
// the order in which they were said, and knows that none is missing. How many a gap may have: l03-large-gap.

/** Each author's messages before, in and after the gap. */
const EACH = 200;
/** Longer than a message needs, so that payloads travel along trees and not all at once. */
const PAUSE_EVERY = 50;

const swarm = useSwarm();

test('a gap loses nothing, and numbers show each reader the order of each author', async () => {
  const { ledger } = swarm.current;
  const sockets: GatedSocket[] = [];
  const all = await swarm.current.grow(5, (i) => ({
    endpoint: {
      socket: () => {
        sockets[i] = new GatedSocket();
        return sockets[i];
      },
    },
  }));
  const [first, second, , , absent] = all as [SwarmNode, SwarmNode, SwarmNode, SwarmNode, SwarmNode];
  const readers = all.map(({ reader }) => {
    const inOrder = new InOrder();
    let late = 0;
    let highest = -1;
    reader.onReceived = (number, content) => {
      if (number < highest) late++;
      highest = Math.max(highest, number);
      inOrder.add(open(content.subarray(4)));
    };
    return { inOrder, late: () => late };
  });
  const speakers = [first, second].map((node) => ({ node, author: new Author(SecretKey.generate()) }));
  const say = async (count: number) => {
    for (let i = 0; i < count; i++) {
      for (const { node, author } of speakers) {
        const number = Buffer.alloc(4);
        number.writeUInt32BE(ledger.enter(node.reader));
        await node.topic.broadcast(Buffer.concat([number, author.seal('what was said')]));
      }
      if (i % PAUSE_EVERY === PAUSE_EVERY - 1)
        await until('the others', () => all[2]?.reader.has(ledger.count - 1) === true);
    }
  };

  await say(EACH);
  sockets[4]?.cut();
  await say(EACH);
  sockets[4]?.heal();
  await say(EACH);

  expect(await ledger.imbalances(20_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  for (const [i, { inOrder }] of readers.entries()) {
    expect(inOrder.waiting).toBe(0);
    for (const { node, author } of speakers) {
      if (node === all[i]) continue;
      expect(sequences(inOrder, author.id)).toEqual(Array.from({ length: 3 * EACH }, (_, n) => n));
    }
  }
  report({
    row: 'row 15',
    figure: `of ${6 * EACH} messages came to the one that was cut off after a later one, and were put in order`,
    value: readers[all.indexOf(absent)]?.late() ?? Number.NaN,
    unit: 'messages',
  });
});

function sequences({ said }: InOrder, of: EndpointId): number[] {
  return said.filter(({ author }) => author === of).map(({ sequence }) => sequence);
}
