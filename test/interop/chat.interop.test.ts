import { signMessage } from '@grapevine/chat-room';
import { formatTicket, SecretKey } from '@grapevine/net';
import { expect, test } from 'vitest';
import { parseChatTicket } from '../../apps/chat/src/ticket.js';
import { useChats } from '../../apps/chat/test/chat-process.js';
import { useRustPeers } from './rust-peer.js';
import { useTsPeers } from './ts-peer.js';

// Our chat program and a Rust member in the format of iroh-gossip's chat example, in one room.

const TOPIC = '17'.repeat(32);
const KEY = SecretKey.fromBytes(new Uint8Array(32).fill(5));
const rust = useRustPeers();
const ts = useTsPeers();
const { start } = useChats();
const iroh = ['--transport', 'iroh', '--no-relay', '--bind', '127.0.0.1:0'];

test('a Rust member enters with our ticket; both see names and lines', async () => {
  const alice = start(...iroh, '--name', 'alice', '--secret-key', KEY.toHex(), 'open', TOPIC);
  const bob = await rust.chat('--name=bob', 'join', await alice.ticket());
  expect(bob.topic).toBe(TOPIC);
  await alice.sees(/connected!/);
  await alice.sees(new RegExp(`> ${bob.id.slice(0, 10)} is now known as bob\n`));
  await bob.until({ event: 'named', from: KEY.id, name: 'alice' });
  alice.type('grüße aus TypeScript');
  await bob.until({ event: 'message', from: KEY.id, name: 'alice', text: 'grüße aus TypeScript\n' });
  await bob.say('and from Rust 🦀');
  await alice.sees(/\nbob: and from Rust 🦀\n/);
  expect(bob.events.filter(({ event }) => event === 'rejected')).toEqual([]);
  // There is no warning but that other machines do not reach loopback.
  expect(alice.output).not.toMatch(/^!(?! only this machine reaches )/m);
  await bob.quit();
  expect(await alice.end()).toBe(0);
});

test('we enter with a Rust ticket, and our own one brings in another Rust member', async () => {
  const bob = await rust.chat('--name=bob', 'open');
  const alice = start(...iroh, '--name', 'alice', 'join', bob.ticket);
  await alice.sees(/is now known as bob\n/);
  await bob.say('hi');
  await alice.sees(/\nbob: hi\n/);
  const carol = await rust.chat('join', await alice.ticket());
  await carol.until({ event: 'neighborUp' });
  await carol.say('three of us');
  await alice.sees(new RegExp(`\n${carol.id.slice(0, 10)}: three of us\n`));
  await bob.until({ event: 'message', from: carol.id, text: 'three of us\n' });
  alice.type('enough');
  await Promise.all([bob, carol].map((member) => member.until({ event: 'message', text: 'enough\n' })));
  expect(await alice.interrupt()).toBe(0);
});

test('an invalid signature is shown as such on both sides, and the talk goes on', async () => {
  const bob = await rust.chat('--name=bob', 'open', TOPIC);
  const alice = start(...iroh, '--name', 'alice', 'join', bob.ticket);
  await alice.sees(/is now known as bob\n/);
  await bob.forge('I am somebody else');
  await alice.sees(/! ignored a bad message: invalid signature\n/);

  const mallory = await ts.node();
  await mallory.join(TOPIC, ...parseChatTicket(bob.ticket).peers.map(formatTicket));
  await mallory.untilNeighbors(TOPIC);
  const forged = await signMessage(KEY, { type: 'message', text: 'trust me\n' });
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  await mallory.broadcast(TOPIC, forged);
  await bob.until({ event: 'rejected', reason: 'invalid signature: Invalid signature' });
  await alice.sees(/(! ignored a bad message: invalid signature\n.*){2}/s);

  await bob.say('was that you?');
  await alice.sees(/\nbob: was that you\?\n/);
  alice.type('no');
  await bob.until({ event: 'message', name: 'alice', text: 'no\n' });
  expect(alice.output).not.toMatch(/somebody else|trust me/);
  expect(bob.events.filter(({ text }) => text === 'trust me\n')).toEqual([]);
});

test('whether a relay answers or not, it prints a ticket and leaves when it is told to', async () => {
  const alice = start('--transport', 'iroh', 'open');
  await alice.ticket();
  expect(await alice.interrupt()).toBe(0);
});
