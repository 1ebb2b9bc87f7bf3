import { defaultHash, messageIdFromBytes } from '@grapevine/proto';
import { describe, expect, test } from 'vitest';
import {
  ChaCha12Rng,
  type Fault,
  faultRng,
  injectFaults,
  MILLISECOND,
  Network,
  type NetworkConfig,
  SECOND,
  TOPIC,
} from '../src/index.js';

const CONFIG: NetworkConfig = {
  latency: { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND },
  unreachableAfter: 100 * MILLISECOND,
  // Ids stay known until the end of a run, where they are counted.
  proto: { membership: { shuffleInterval: 5 * SECOND }, broadcast: { messageIdRetention: 300 * SECOND } },
};
const NODES = 30;
const PAYLOADS = 200;

/**
 * Publishes for 20 s while something goes wrong. 100 s of quiet follow: a payload that is fetched late (at 45 s at most) is cached for 30 s, and a
 * node that hears of it from a new neighbor just before that ends tells it as lost after another 30 s.
 */
function run(seed: number, fault: Fault, config = CONFIG) {
  const network = new Network({ config, rng: ChaCha12Rng.seedFromU64(seed) });
  for (let peer = 0; peer < NODES; peer++) network.insertAndJoin(peer, peer === 0 ? [] : [0]);
  network.runFor(15 * SECOND);
  const delivered = new Map<number, string[]>();
  const told = new Map<number, number>();
  network.observers.push({
    delivered: (_time, peer, { content }) =>
      delivered.set(peer, [...(delivered.get(peer) ?? []), String.fromCharCode(...content)]),
    lost: (_time, peer, { count }) => told.set(peer, (told.get(peer) ?? 0) + count),
  });
  injectFaults(network, [fault], faultRng(seed));
  const published = new Map<string, number>();
  for (let i = 0; i < PAYLOADS; i++) {
    const members = network.members();
    const from = members[(i * 7) % members.length] as number;
    published.set(`m${i}`, from);
    const content = Uint8Array.from(`m${i}`, (character) => character.charCodeAt(0));
    network.command(from, { type: 'broadcast', content, scope: 'swarm' });
    network.runFor(100 * MILLISECOND);
  }
  network.runFor(100 * SECOND);
  return network.members().map((peer) => {
    const texts = delivered.get(peer) ?? [];
    const others = [...published].filter(([, from]) => from !== peer).map(([text]) => text);
    const known = others.filter((text) => {
      const id = messageIdFromBytes(defaultHash(Uint8Array.from(text, (character) => character.charCodeAt(0))));
      return network.node(peer)?.hasSeen(TOPIC, id);
    });
    return {
      peer,
      published: others.length,
      delivered: texts.length,
      distinct: new Set(texts).size,
      known: known.length,
      told: told.get(peer) ?? 0,
      missing: network.snapshot(peer)?.missingPayloads,
    };
  });
}

const FAULTS: readonly [string, Fault][] = [
  ['loss of half of all messages', { type: 'loss', probability: 0.5, until: 25 * SECOND }],
  ['the crash of most nodes', { type: 'massFailure', at: 10 * SECOND, share: 0.7, noticeAfter: SECOND }],
  ['a partition', { type: 'partition', from: 2 * SECOND, until: 12 * SECOND, share: 0.4 }],
];

describe.each([1, 2, 3])('whatever a node has heard of (seed %i)', (seed) => {
  test.each(FAULTS)('is delivered once or told lost once: %s', (_, fault) => {
    for (const node of run(seed, fault)) {
      expect(node).toMatchObject({ distinct: node.delivered, told: node.known - node.delivered, missing: 0 });
    }
  });
});

test('almost all is heard of, and what is heard of and does not come is told', () => {
  const nodes = run(5, { type: 'loss', probability: 0.7, until: 25 * SECOND });
  const sum = (pick: (node: (typeof nodes)[number]) => number): number =>
    nodes.reduce((all, node) => all + pick(node), 0);
  expect(sum(({ told }) => told)).toBeGreaterThan(0);
  expect(sum(({ delivered }) => delivered) + sum(({ told }) => told)).toBe(sum(({ known }) => known));
});
