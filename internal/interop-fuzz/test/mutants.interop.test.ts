import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  defaultHash,
  messageIdFromBytes,
  type OutEvent,
  type PeerId,
  type Rng,
  State,
  topicId,
} from '@grapevine/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Crate } from '../src/crate.js';
import { findDifference } from '../src/difference.js';
import { fuzz } from '../src/fuzz.js';
import type { Step } from '../src/fuzz-case.js';
import type { MakeKernel } from '../src/node.js';

// The fuzz can fail: it finds kernels that decide one thing otherwise, and shrinks the case until it fits on a screen.

const PROGRAM = fileURLToPath(
  new URL(
    `../../../.cache/golden-target/release/grapevine-fuzz${process.platform === 'win32' ? '.exe' : ''}`,
    import.meta.url,
  ),
);
let crate: Crate;
beforeAll(() => {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: "npm run interop" builds it and runs these tests`);
  crate = new Crate(PROGRAM);
});
afterAll(() => crate.close());

const TOPIC = topicId('17'.repeat(32));

type Outputs = readonly OutEvent<PeerId>[];

/** A kernel whose outputs are changed. */
function changing(change: (outputs: OutEvent<PeerId>[]) => OutEvent<PeerId>[]): MakeKernel {
  return (options) => {
    const state = new State(options);
    return { handle: (event, now) => change(state.handle(event, now)) };
  };
}

/** A generator that draws once too often where views are shuffled. */
function wasteful(rng: Rng): Rng {
  return {
    index: (length) => rng.index(length),
    chooseWhere: (items, keep) => rng.chooseWhere(items, keep),
    fork: () => wasteful(rng.fork()),
    shuffle: (items) => {
      rng.shuffle(items);
      rng.index(2);
    },
  };
}

const sends = (output: OutEvent<PeerId>, type: string): boolean =>
  output.type === 'sendMessage' && output.message.type === type;

const MUTANTS: Record<string, MakeKernel> = {
  'draws once too often': (options) => new State({ ...options, rng: wasteful(options.rng) }),
  'is in the hardened mode': (options) => new State({ ...options, config: { ...options.config, mode: 'hardened' } }),
  'asks for a payload a nanosecond late': (options) => {
    const { broadcast } = options.config ?? {};
    const graftTimeout1 = (broadcast?.graftTimeout1 ?? 0) + 1;
    return new State({ ...options, config: { ...options.config, broadcast: { ...broadcast, graftTimeout1 } } });
  },
  'has room for one neighbor more': (options) => {
    const { membership } = options.config ?? {};
    const activeViewCapacity = (membership?.activeViewCapacity ?? 0) + 1;
    return new State({ ...options, config: { ...options.config, membership: { ...membership, activeViewCapacity } } });
  },
  'optimizes a hop too early': (options) => {
    const { broadcast } = options.config ?? {};
    const optimizationThreshold = Math.max(0, (broadcast?.optimizationThreshold ?? 0) - 1);
    return new State({ ...options, config: { ...options.config, broadcast: { ...broadcast, optimizationThreshold } } });
  },
  'does not prune': changing((outputs) => outputs.filter((output) => !sends(output, 'prune'))),
  'never closes a link': changing((outputs) => outputs.filter(({ type }) => type !== 'disconnectPeer')),
  'says the same in another order': changing((outputs) => outputs.reverse()),
  'says once what the crate says twice': changing((outputs) => {
    const texts = outputs.map((output) => JSON.stringify(output));
    return outputs.filter((_, index) => texts.indexOf(texts[index] as string) === index);
  }),
  'writes another byte': changing((outputs) =>
    outputs.map((output) =>
      output.type === 'sendMessage' && output.message.type === 'disconnect'
        ? { ...output, message: { ...output.message, respond: true } }
        : output,
    ),
  ),
  'throws at a peer that leaves': (options) => {
    const state = new State(options);
    return {
      handle: (event, now) => {
        if (event.type === 'peerDisconnected' && state.wants(event.peer)) throw new Error('a bug');
        return state.handle(event, now);
      },
    };
  },
};

test.each(Object.entries(MUTANTS))('a kernel that %s is found, and the case is short', async (_name, make) => {
  const { found } = await fuzz(crate, { seed: 1, events: 1e5, make });
  expect(found).toBeDefined();
  if (found === undefined) return;
  const { fuzzCase, difference } = found;
  expect(fuzzCase.steps.length).toBeLessThanOrEqual(12);
  expect(difference.step).toBe(fuzzCase.steps.length - 1);
  expect(difference.ours).not.toEqual(difference.theirs as Outputs);
  // It is the mutant's fault.
  expect(await findDifference(fuzzCase, crate)).toBeUndefined();
});

test('our own kernel is not', async () => {
  expect(await fuzz(crate, { seed: 1, events: 1e5 })).toMatchObject({ found: undefined });
});

test('an error of our kernel and a panic of the crate are differences', async () => {
  const setting = { seed: 0, ids: 'numbers', config: { mode: 'reference' }, topics: [TOPIC], nodes: [0] } as const;
  const content = Uint8Array.of(1);
  const id = messageIdFromBytes(defaultHash(content));
  const steps: Step[] = [
    { node: 0, at: 0, do: 'start', seed: 1, data: new Uint8Array() },
    { node: 0, at: 0, do: 'join', topic: 0, peers: [1] },
    // The largest round, which cases leave out: the crate adds one to it.
    {
      node: 0,
      at: 1,
      do: 'receive',
      topic: 0,
      from: 1,
      message: { type: 'gossip', id, content, scope: { type: 'swarm', round: 65_535 } },
    },
  ];
  const panic = await findDifference({ ...setting, steps }, crate);
  expect(panic).toMatchObject({ step: 2, theirs: expect.stringMatching(/^panic: .*overflow/) });

  const throwing = MUTANTS['throws at a peer that leaves'] as MakeKernel;
  const { found } = await fuzz(crate, { seed: 1, events: 1e5, make: throwing });
  expect(found?.difference).toMatchObject({ ours: 'Error: a bug', theirs: 'no error' });
});
