import { isDeepStrictEqual } from 'node:util';
import type { OutEvent, PeerId } from '@grapevine/proto';
import { expect, test } from 'vitest';
import { caseFromText, caseToText } from '../src/case-file.js';
import { decodeOutputs } from '../src/decode-output.js';
import { encodeOutput } from '../src/encode-output.js';
import { makeCase } from '../src/fuzz.js';
import type { FuzzCase } from '../src/fuzz-case.js';
import { GrowingWriter } from '../src/growing-writer.js';
import { makeState, Node } from '../src/node.js';
import { peerCodec } from '../src/peer-codec.js';

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

/** The outputs of our nodes, step by step. */
function outputsOf(fuzzCase: FuzzCase): (readonly OutEvent<PeerId>[])[] {
  const nodes = fuzzCase.nodes.map((_, index) => new Node(fuzzCase, index, makeState));
  return fuzzCase.steps.map((step) => (nodes[step.node] as Node).handle(step));
}

test('a seed gives the same case each time, and another seed another one', () => {
  const [first, again, other] = [7, 7, 8].map((seed) => makeCase(seed));
  expect(isDeepStrictEqual(again, first)).toBe(true);
  expect(isDeepStrictEqual(other?.encoded, first?.encoded)).toBe(false);
});

test('the cases reach everything that a host can tell a node, and everything that the reference can want', () => {
  const reached = new Set<string>();
  for (const seed of SEEDS) {
    const { fuzzCase } = makeCase(seed);
    reached.add(`peers are ${fuzzCase.ids}`).add(`${fuzzCase.topics.length} topics`);
    for (const step of fuzzCase.steps) {
      reached.add(step.do);
      if (step.do === 'receive') reached.add(`receive ${step.message.type}`);
    }
    for (const output of outputsOf(fuzzCase).flat()) {
      if (output.type === 'sendMessage') reached.add(`send ${output.message.type}`);
      else if (output.type === 'emitEvent') reached.add(output.event.type);
      else if (output.type === 'scheduleTimer') reached.add(`schedule ${output.timer.task.type}`);
      else reached.add(output.type);
    }
  }
  const messages = 'join forwardJoin shuffle shuffleReply neighbor disconnect gossip prune graft ihave'.split(' ');
  const expected = [
    ...['peers are numbers', 'peers are bytes', '1 topics', '2 topics', '3 topics', '4 topics'],
    ...['start', 'disconnected', 'data', 'receive', 'join', 'broadcast', 'quit', 'timer'],
    ...messages.flatMap((type) => [`receive ${type}`, `send ${type}`]),
    ...['shuffle', 'neighborRequest', 'sendGraft', 'dispatchLazyPush', 'evictCache'].map((type) => `schedule ${type}`),
    ...['neighborUp', 'neighborDown', 'received', 'disconnectPeer', 'peerData'],
  ];
  expect([...reached].sort()).toEqual(expected.sort());
});

test.each([1, 2, 3, 4])('case %i is the same once it was written to a file and read', (seed) => {
  const { fuzzCase } = makeCase(seed);
  expect(isDeepStrictEqual(caseFromText(caseToText(fuzzCase)), fuzzCase)).toBe(true);
});

test.each(SEEDS.slice(0, 8))('what nodes want in case %i is told to the crate, and can be read again', (seed) => {
  const { fuzzCase } = makeCase(seed);
  const codec = peerCodec(fuzzCase.ids);
  const writer = new GrowingWriter();
  const outputs = outputsOf(fuzzCase).flat();
  for (const output of outputs) encodeOutput(writer, output, fuzzCase.topics, codec);
  const read = decodeOutputs(writer.bytes, fuzzCase);
  expect(read.length).toBe(outputs.length);
  expect(outputs.filter((output, index) => !isDeepStrictEqual(read[index], known(output)))).toEqual([]);
});

/** The part of an output of ours that the crate's has, too. */
function known(output: OutEvent<PeerId>): unknown {
  if (output.type === 'emitEvent' && output.event.type === 'neighborDown') {
    const { reason: _, ...event } = output.event;
    return { ...output, event };
  }
  if (output.type !== 'scheduleTimer') return output;
  const { topic, task } = output.timer;
  if (task.type !== 'neighborRequest') return { ...output, timer: { topic, task } };
  return { ...output, timer: { topic, task: { type: task.type, peer: task.peer } } };
}
