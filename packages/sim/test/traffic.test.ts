import { encodedLength } from '@grapevine/postcard';
import {
  defaultHash,
  hexId32,
  type Message,
  messageCodec,
  messageIdFromBytes,
  type PeerInfo,
  type RootTag,
} from '@grapevine/proto';
import { expect, test } from 'vitest';
import { messageSize } from '../src/traffic.js';

const PEER = '17'.repeat(32);
const tag = 0xfedcba98 as RootTag;
const id = messageIdFromBytes(defaultHash(Uint8Array.of(1)));
const data = new Uint8Array(200);
const nodes: PeerInfo<string>[] = [
  { id: PEER, data },
  { id: PEER, data: undefined },
];

test.each<Message<string>>([
  { type: 'gossip', id, content: new Uint8Array(300), scope: { type: 'swarm', round: 200 } },
  { type: 'gossip', id, content: new Uint8Array(3), scope: { type: 'neighbors' } },
  { type: 'prune' },
  { type: 'graft', id, round: 20_000 },
  { type: 'graft', id: undefined, round: 0 },
  { type: 'ihave', messages: [127, 128, 16_384].map((round) => ({ id, round })) },
  { type: 'gossip', id, content: new Uint8Array(3), scope: { type: 'swarm', round: 0 }, tag },
  { type: 'prune', tag },
  { type: 'graft', id, round: 1, tag },
  { type: 'ihave', messages: [tag, undefined, tag].map((tag) => ({ id, round: 1, tag })) },
  { type: 'ihave', messages: Array.from({ length: 300 }, (_, i) => ({ id, round: 1, tag: i as RootTag })) },
  { type: 'join', data },
  { type: 'forwardJoin', peer: { id: PEER, data: undefined }, ttl: 6 },
  { type: 'shuffle', origin: PEER, nodes, ttl: 6 },
  { type: 'shuffleReply', nodes },
  { type: 'neighbor', priority: 'high', data: undefined },
  { type: 'disconnect', alive: true, respond: false },
])('the size of a message is what it would be on the wire: $type', (message) => {
  // Sizes do not depend on the type of peer ids in the program.
  expect(messageSize(message as unknown as Message<number>)).toBe(encodedLength(messageCodec(hexId32), message));
});
