import { setTimeout } from 'node:timers/promises';
import { SecretKey } from '@grapevine/net';
import { expect, test } from 'vitest';
import { useChats } from './chat-process.js';

/** Neighbors that have been neighbors for this long take a returning member for the same neighbor; newer ones are told that it is up. */
const KNOWN_FOR_MS = 30_000;

const { start } = useChats();

test('one that was killed and is back under its key before anybody noticed learns the names of the others', async () => {
  const key = SecretKey.generate().toHex();
  const alice = start('--name', 'alice', 'open');
  const bob = start('--name', 'bob', 'join', await alice.ticket());
  const carol = start('--secret-key', key, '--name', 'carol', 'join', await alice.ticket());
  await Promise.all([bob.sees(/connected!/), carol.sees(/connected!/)]);
  await carol.sees(/known as alice/);
  await setTimeout(KNOWN_FOR_MS);
  carol.kill();
  await carol.exitCode();
  const again = start('--secret-key', key, '--name', 'carol', 'join', await alice.ticket());
  await again.sees(/connected!/);
  alice.type('one');
  bob.type('two');
  await again.sees(/: one\n/);
  await Promise.all([again.sees(/known as alice/), again.sees(/known as bob/)]); // asked for when they spoke
  alice.type('three');
  bob.type('four');
  await Promise.all([again.sees(/alice: three\n/), again.sees(/bob: four\n/)]);
  expect(await again.interrupt()).toBe(0);
}, 120_000);
