import { isDeepStrictEqual } from 'node:util';
import { signMessage, verifyMessage } from '@grapevine/chat-room';
import { encode, u64 } from '@grapevine/postcard';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { SecretKey } from '../../packages/net/src/identity/secret-key.js';
import rows from '../../packages/postcard/test/vectors.json' with { type: 'json' };
import { messages, values } from './arbitraries.js';
import { disagreements, mutations, readHere } from './mutations.js';
import { askRust, type Question, type RustVector, rustVectors } from './rust-bytes.js';
import { chatMessage } from './serde-json.js';
import { type WireKind, type WireKindName, wireKinds } from './wire-kinds.js';

// Compares every byte that both languages exchange: what the published crates write is read here as the same value, and written as the
// same bytes, and the other way round.

const SEED = 20_260_101;
/** Of each variant of each kind. */
const COUNT = 300;

const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let vectors: RustVector[] = [];
beforeAll(async () => {
  console.log(`bytes from Rust: seed ${SEED}, ${COUNT} of each variant`);
  vectors = await rustVectors({ seed: SEED, count: COUNT });
});
const of = (kind: string) => vectors.filter((vector) => vector.kind === kind);

describe('the wire reference', () => {
  /** The form of iroh-base 1.0, which the newest one cannot write. */
  const outdated = ['T4a'];

  test.each((rows as [string, string][]).filter(([name]) => !outdated.includes(name.split(' ')[0] ?? '')))(
    'vector %s is what the crates write',
    (title, hex) => {
      const [name = ''] = title.split(' ');
      const vector = vectors.find((candidate) => candidate.name === name.replace(/f$|(?<=T4)b$/, ''));
      expect(/^R|f$/.test(name) ? vector?.framed : vector?.hex).toBe(hex);
    },
  );

  // Messages that no encoder writes: some are accepted, others refused.
  const id02 = '02'.repeat(32);
  test.each([
    ...['0101ff', '81008100', '010200808000'].map((hex) => ({ hex, accepted: true })),
    ...[
      '0104',
      '0006',
      '02',
      '000002',
      '00050200',
      '00040200',
      '0102008080808000',
      '010200ffff04',
      '01030a',
      '',
      '000501',
    ]
      .concat(`0001${id02}0006`)
      .map((hex) => ({ hex, accepted: false })),
  ])('Rust accepts $hex: $accepted; so do we', async ({ hex, accepted }) => {
    const [answer] = await askRust([{ kind: 'topicMessage', hex }]);
    expect(answer).toHaveProperty(accepted ? 'json' : 'error');
    expect(readHere('topicMessage', hex) !== undefined).toBe(accepted);
  });
});

describe('what Rust writes', () => {
  test.each(Object.entries(wireKinds))('%s is read to the same value and written to the same bytes', (name, kind) => {
    const all = of(name);
    expect(all.length).toBeGreaterThanOrEqual(COUNT);
    const wrong = all.filter((vector) => {
      const described = kind.fromJson(vector.json);
      const read = kind.read(fromHex(vector.hex));
      return !(
        isDeepStrictEqual(read, described) &&
        toHex(kind.write(described)) === vector.hex &&
        (vector.framed === undefined || (kind.frame && toHex(kind.frame(read)) === vector.framed)) &&
        (vector.text === undefined || isDeepStrictEqual(kind.text?.read(vector.text), described)) &&
        kind.text?.write(described) === vector.text
      );
    });
    expect(wrong).toEqual([]);
  });

  test('covers every variant of every message', () => {
    const variants = new Map<string, number>();
    for (const { json } of of('topicMessage')) {
      const name = typeof json.Gossip === 'string' ? json.Gossip : Object.keys(json.Swarm ?? json.Gossip)[0];
      variants.set(name, (variants.get(name) ?? 0) + 1);
    }
    expect([...variants.keys()].sort()).toEqual(
      'Disconnect ForwardJoin Gossip Graft IHave Join Neighbor Prune Shuffle ShuffleReply'.split(' '),
    );
    expect(Math.min(...variants.values())).toBeGreaterThanOrEqual(COUNT);
  });

  test('recordings of a real node are among it', () => {
    const kinds = vectors.filter(({ source }) => source === 'captured').map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['addrInfo', 'streamHeader', 'topicMessage']);
  });

  test('signed chat messages verify, and signing gives the same bytes', async () => {
    const signed = of('chatSignedMessage').filter(({ secret }) => secret !== undefined);
    expect(signed.length).toBe(2 * COUNT);
    for (const { hex, secret = '', message, json } of signed) {
      const expected = chatMessage.fromJson(message);
      expect(await verifyMessage(fromHex(hex))).toEqual({ from: json.from, message: expected });
      expect(toHex(await signMessage(SecretKey.fromBytes(fromHex(secret)), expected))).toBe(hex);
    }
  });

  test('chat messages are what gets signed', async () => {
    const key = SecretKey.fromBytes(new Uint8Array(32).fill(1));
    for (const { hex, json } of of('chatMessage')) {
      const length = encode(u64, BigInt(hex.length / 2));
      const start = key.id + toHex(length) + hex;
      expect(toHex(await signMessage(key, chatMessage.fromJson(json))).slice(0, start.length)).toBe(start);
    }
  });
});

describe('what we write', () => {
  const cases: [name: string, kind: keyof typeof wireKinds, arbitrary: fc.Arbitrary<unknown>][] = [
    ...Object.entries(messages).map(([name, arbitrary]): [string, 'topicMessage', fc.Arbitrary<unknown>] => [
      `message ${name}`,
      'topicMessage',
      arbitrary,
    ]),
    ...Object.entries(values).map(([name, arbitrary]): [string, keyof typeof wireKinds, fc.Arbitrary<unknown>] => [
      name,
      name as keyof typeof values,
      arbitrary,
    ]),
  ];

  test.each(cases)('%s is read by Rust to the same value', async (_, name, arbitrary) => {
    const kind: WireKind = wireKinds[name];
    const made = fc.sample(arbitrary, { seed: SEED, numRuns: COUNT });
    const questions = made.map((value): Question => {
      const question = { kind: name, hex: toHex(kind.write(value)), json: kind.toJson(value) };
      return kind.text ? { ...question, text: kind.text.write(value) } : question;
    });
    const answers = await askRust(questions);
    const wrong = answers.filter((answer) => !('equal' in answer && answer.equal));
    expect(wrong, `seed ${SEED}`).toEqual([]);
  });

  test('a signed chat message verifies in Rust', async () => {
    const key = SecretKey.fromBytes(new Uint8Array(32).fill(7));
    const texts = fc.sample(fc.string({ unit: 'grapheme', maxLength: 100 }), { seed: SEED, numRuns: COUNT });
    const answers = await askRust(
      await Promise.all(
        texts.map(async (text) => ({
          kind: 'chatSignedMessage',
          hex: toHex(await signMessage(key, { type: 'message', text })),
        })),
      ),
    );
    for (const [i, answer] of answers.entries()) {
      const message = { Message: { text: texts[i] } };
      expect(answer).toMatchObject({ json: { from: key.id }, verified: true, message });
    }
  });
});

describe('broken bytes', () => {
  test.each(Object.keys(wireKinds) as WireKindName[])('%s: both refuse the same, or read the same', async (name) => {
    const whole = of(name).map(({ hex }) => hex);
    const broken = mutations(whole, { seed: SEED, count: 3_000 });
    expect(await disagreements(name, broken), `seed ${SEED}`).toEqual([]);
  });
});
