import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { API_MISTAKES } from './arguments/api-mistakes.js';
import { NET_MISTAKES } from './arguments/net-mistakes.js';
import { NET } from './arguments/net-rows.js';
import { OTHER_MISTAKES } from './arguments/other-mistakes.js';
import { OTHERS } from './arguments/other-rows.js';
import { POSTCARD } from './arguments/postcard-rows.js';
import { PROTO } from './arguments/proto-rows.js';
import { publicSurface } from './arguments/public-surface.js';
import { SIM } from './arguments/sim-rows.js';
import { WITHOUT_ROW } from './arguments/without-row.js';
import { WRONG } from './arguments/wrong.js';

// Every function, constructor and method that a package exports refuses what it cannot use, and names the argument.

const ARGUMENTS = [...POSTCARD, ...PROTO, ...NET, ...OTHERS, ...SIM];

async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Whether an error is one of those that say so, and names the argument: not one that the engine throws somewhere inside. */
const names = (failure: unknown, name: string): boolean =>
  failure instanceof Error &&
  (failure instanceof TypeError || failure instanceof RangeError || failure.name === 'ParseError') &&
  failure.message.includes(name) &&
  !/^Cannot |is not a function|is not iterable|undefined \(/.test(failure.message);

/** The same bytes as they are in a test runner or a `vm` context, whose classes are others. */
function elsewhere(value: unknown): unknown {
  return value instanceof Uint8Array ? runInNewContext('Uint8Array.from(bytes)', { bytes: [...value] }) : value;
}

describe.each(ARGUMENTS)('%s', (_, args, call) => {
  const right = args.map(([, value]) => value);
  const wrong = args.flatMap(([name, , kind], i) => WRONG[kind].map((value) => ({ name, i, value })));

  test.each(wrong)('refuses $value for $name', async ({ name, i, value }) => {
    const failure = await failureOf(() => call(...right.with(i, value)));
    expect(failure).toSatisfy((error) => names(error, name), `an error that names ${name}`);
  });

  // Where a right value is not at hand (a connection, a browser's store), the row has `undefined` for it.
  if (right.includes(undefined)) return;
  test('takes what is right', async () => {
    expect(await failureOf(() => call(...right))).toBeUndefined();
  });
  if (right.some((value) => value instanceof Uint8Array))
    test('takes bytes of another realm', async () => {
      expect(await failureOf(() => call(...right.map(elsewhere)))).toBeUndefined();
    });
});

/** Other tables: their calls are written as a program has them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'GossipNode.subscribe': 'GossipNode#subscribe',
  'gossip.subscribe': 'GossipApi#subscribe',
  'topic.': 'GossipTopic#',
  'router.': 'Router#',
  'key.': 'SecretKey#',
  'network.': 'MemoryNetwork#',
  'endpoint.': 'Endpoint#',
  'webEndpoint.': 'WebEndpoint#',
};

function calledElsewhere(): string[] {
  return [...API_MISTAKES, ...NET_MISTAKES, ...OTHER_MISTAKES].map(({ call }) => {
    const name = call.slice(0, call.indexOf('('));
    const [written, meant] = Object.entries(ELSEWHERE).find(([prefix]) => name.startsWith(prefix)) ?? ['', ''];
    return meant + name.slice(written.length);
  });
}

test('everything that the packages export is in a table, or it is said why not', async () => {
  const exempt = new Set(Object.values(WITHOUT_ROW).flat());
  const known = new Set([...ARGUMENTS.map(([name]) => name), ...calledElsewhere()]);
  const callables = (await publicSurface()).filter(({ takesArguments }) => takesArguments);
  const classOf = (name: string) => name.replace(/^new /, '').replace(/[#.].*$/, '');
  const missing = callables
    .map(({ name }) => name)
    .filter((name) => !known.has(name) && !exempt.has(name) && !exempt.has(classOf(name)));
  expect(callables.length).toBeGreaterThan(250);
  if (missing.length > 0) console.error(missing.join(' '));
  expect(missing).toEqual([]);
});
