import { Gossip, GossipApi } from '@grapevine/api';
import { ParseError } from '@grapevine/net';
import { afterAll, describe, expect, test } from 'vitest';
import { API_MISTAKES } from './arguments/api-mistakes.js';
import { type Anything, gossip, id, network } from './arguments/mistakes.js';
import { NET_MISTAKES } from './arguments/net-mistakes.js';
import { OTHER_MISTAKES } from './arguments/other-mistakes.js';

// The mistakes that callers in JavaScript can make, over all that is public. Each throws at the call, before anything is done, and the error
// names the argument.

afterAll(() => gossip.shutdown());

/** Texts are data as well as arguments: those that people paste have an error of their own. */
const isTold = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ParseError;

async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    const result = await call();
    await (result as AsyncDisposable | undefined)?.[Symbol.asyncDispose]?.();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each([...API_MISTAKES, ...NET_MISTAKES, ...OTHER_MISTAKES])('$call', ({ make, wrong }) => {
  test.each(wrong)('refuses %o', async (value, says) => {
    const failure = await failureOf(() => make(value));
    expect(failure).toSatisfy(isTold, 'TypeError, RangeError or ParseError');
    expect(String(failure)).toMatch(says);
  });
});

test('what is refused has changed nothing', async () => {
  const before = await gossip.snapshot();
  const entered: unknown[] = [];
  for (const { call, make, wrong } of API_MISTAKES) {
    if (!/^(gossip|topic)\./.test(call)) continue;
    for (const [value] of wrong) entered.push(await failureOf(() => make(value)));
  }
  const after = await gossip.snapshot();
  expect(entered.length).toBeGreaterThan(50);
  expect(after.topics).toEqual(before.topics);
  expect(after.peers).toEqual([]);
});

test('an option that is undefined is one that was left out', async () => {
  const spawned = Gossip.spawn(network.endpoint(), { maxPeers: undefined, logger: undefined } as Anything);
  const options = { bootstrap: undefined, queueCapacity: undefined, echo: undefined } as Anything;
  await using entered = await spawned.subscribe(id, options);
  await entered.broadcast('x', { signal: undefined, whenAlone: undefined } as Anything);
  expect((await spawned.snapshot()).topics).toMatchObject([{ keptBroadcasts: 1, subscribers: 1 }]);
  await spawned.shutdown();
});

test('every service that the api stands on is asked with checked arguments', async () => {
  const asked: unknown[] = [];
  const api = new GossipApi({ subscribe: async (...args: unknown[]) => asked.push(args) } as Anything);
  await failureOf(() => api.subscribe('my-room' as Anything));
  await failureOf(() => api.subscribe(id, { ehco: true } as Anything));
  expect(asked).toEqual([]);
});
