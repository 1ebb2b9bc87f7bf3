// @ts-check
// C3: what does it cost to sign and to verify a line of chat, beside @noble/ed25519 on the same bytes?
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { SecretKey } from '@grapevine/net';
import * as ed25519 from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { signMessage, verifyMessage } from '../internal/chat-room/dist/index.js';
import { timed } from './lib/measure.mjs';
import { byTurns } from './lib/rounds.mjs';

const GOAL = 15;
const [ours, noble, floor] = [
  'ours, the whole envelope',
  '@noble/ed25519, the signature alone',
  'OpenSSL, the signature alone',
];
ed25519.hashes.sha512 = sha512;

/** @param {number} count @param {() => unknown} work */
async function each(count, work) {
  for (let i = 0; i < count / 4; i++) await work(); // until V8 has compiled it
  const { cpuMs } = await timed(async () => {
    for (let i = 0; i < count; i++) await work();
    return count;
  });
  return { perSecond: (count * 1000) / cpuMs, cpuUs: (cpuMs * 1000) / count };
}

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'C3',
  question: 'sign and verify a line of chat',
  unit: 'pairs a second of CPU',
  cpuUnit: 'µs CPU each',
  target: `>= ${GOAL}x @noble/ed25519 where the runtime has Ed25519 of its own`,
  run: async () => {
    const author = SecretKey.generate();
    const seed = author.toBytes();
    const publicKey = ed25519.getPublicKey(seed);
    const message = /** @type {const} */ ({ type: 'message', text: 'a line of ordinary length, as people write them' });
    const bytes = new TextEncoder().encode(message.text);
    const keys = generateKeyPairSync('ed25519');
    const result = await byTurns('C3', {
      [ours]: () => each(1000, async () => verifyMessage(await signMessage(author, message))),
      [noble]: () => each(60, () => ed25519.verify(ed25519.sign(bytes, seed), bytes, publicKey, { zip215: false })),
      // The runtime's own Ed25519 alone: nothing around it can be faster.
      [floor]: () => each(1000, () => verify(null, bytes, keys.publicKey, sign(null, bytes, keys.privateKey))),
    });
    return Object.entries(result).map(([name, { perSecond, cpuUs }]) => ({
      name,
      value: Number(perSecond),
      cpu: Number(cpuUs),
    }));
  },
  meets: (ratios) => Number(ratios[noble]) >= GOAL,
};
