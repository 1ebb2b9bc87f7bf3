import { createHash } from 'node:crypto';
import { encode, u64 } from '@grapevine/postcard';
import { Point } from '@noble/ed25519';
import { describe, expect, test } from 'vitest';
import { endpointIdFromBytes } from '../../packages/net/src/identity/endpoint-id.js';
import { verifySignature } from '../../packages/net/src/identity/verify.js';
import { disagreements } from './mutations.js';
import { askRust } from './rust-bytes.js';

// Signatures and keys at the edges of what Ed25519 allows, where libraries differ: the crates' verdict and ours.

const P = 2n ** 255n - 19n;
const L = Point.CURVE().n;
/** "hello" as the chat example's message. */
const message = Buffer.from('010568656c6c6f', 'hex');

const littleEndian = (value: bigint) =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
const toNumber = (bytes: Uint8Array) => [...bytes].reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
const mod = (value: bigint) => ((value % L) + L) % L;

/** A point of order 8. */
const torsion = Point.fromBytes(
  littleEndian(0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n),
  true,
);
/** A secret scalar; on this curve any will do. */
const a = 0x1234_5678_9abc_def0n;
const A = Point.BASE.multiply(a);

function challenge(R: Uint8Array, key: Uint8Array): bigint {
  return mod(toNumber(createHash('sha512').update(R).update(key).update(message).digest()));
}

/** R and s = nonce + challenge · a: what an honest signer makes of these points. */
function sign(R: Uint8Array, key: Uint8Array, nonce: bigint): Uint8Array {
  return Buffer.concat([R, littleEndian(mod(nonce + challenge(R, key) * a))]);
}

/** The first nonce whose challenge leaves this rest modulo 8, so that torsion in the key cancels or shows. */
function nonceWith(rest: bigint, key: Uint8Array): bigint {
  for (let nonce = 1n; ; nonce++) {
    if (challenge(Point.BASE.multiply(nonce).toBytes(), key) % 8n === rest) return nonce;
  }
}

async function verdicts(key: Uint8Array, signature: Uint8Array): Promise<{ rust: boolean; ours: boolean }> {
  const length = encode(u64, BigInt(message.length));
  const hex = Buffer.concat([key, length, message, Uint8Array.of(64), signature]).toString('hex');
  const [answer] = await askRust([{ kind: 'chatSignedMessage', hex }]);
  const rust = answer !== undefined && 'verified' in answer && answer.verified === true;
  return { rust, ours: verifySignature(endpointIdFromBytes(key), message, signature) };
}

describe('both sides', () => {
  const key = A.toBytes();
  const mixed = A.add(torsion).toBytes();
  const small = torsion.toBytes();
  const R = (nonce: bigint) => Point.BASE.multiply(nonce).toBytes();
  const honest = sign(R(5n), key, 5n);
  const s = toNumber(honest.subarray(32));
  const identity = littleEndian(1n);

  test.each<[what: string, accepted: boolean, key: Uint8Array, signature: Uint8Array]>([
    ['accept an honest signature', true, key, honest],
    ['refuse s + L', false, key, Buffer.concat([honest.subarray(0, 32), littleEndian(s + L)])],
    ['refuse R with a torsion component', false, key, sign(Point.BASE.multiply(5n).add(torsion).toBytes(), key, 5n)],
    ['refuse the identity as R', false, key, sign(identity, key, 0n)],
    ['refuse a non-canonical identity as R', false, key, sign(littleEndian(P + 1n), key, 0n)],
    ['refuse R of order 8', false, key, sign(small, key, 0n)],
    [
      'accept a key with torsion when it cancels',
      true,
      mixed,
      sign(R(nonceWith(0n, mixed)), mixed, nonceWith(0n, mixed)),
    ],
    [
      'refuse a key with torsion when it shows',
      false,
      mixed,
      sign(R(nonceWith(3n, mixed)), mixed, nonceWith(3n, mixed)),
    ],
    [
      'refuse a key of order 8',
      false,
      small,
      Buffer.concat([R(nonceWith(0n, small)), littleEndian(nonceWith(0n, small))]),
    ],
    ['refuse R that is no point', false, key, Buffer.concat([new Uint8Array(32).fill(2), honest.subarray(32)])],
  ])('%s', async (_, accepted, signer, signature) => {
    expect(await verdicts(signer, signature)).toEqual({ rust: accepted, ours: accepted });
  });

  test('take the same keys: non-canonical ones, negative zero, small order', async () => {
    const near = Array.from({ length: 19 }, (_, i) => BigInt(i));
    const ys = [...near, ...near.map((y) => P + y), ...near.map((y) => P - y - 1n), toNumber(small)];
    const keys = ys.flatMap((y) => [littleEndian(y), littleEndian(y | (1n << 255n))]);
    // An address that has only an id.
    expect(
      await disagreements(
        'endpointAddr',
        keys.map((id) => `${Buffer.from(id).toString('hex')}00`),
      ),
    ).toEqual([]);
  });
});
