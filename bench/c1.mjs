// @ts-check
// C1: what do encoding and decoding a message take, for each kind, beside protobufjs with an equivalent schema?
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { decode, encode } from '@grapevine/postcard';
import { hexId32, messageCodec, messageIdFromBytes, messageIdToBytes } from '@grapevine/proto';
import { microseconds } from './lib/repeat.mjs';

const GOAL = 2;
const [ours, usable, raw] = ['ours', 'protobufjs, ids as ours has them', 'protobufjs, ids as bytes'];
const folder = fileURLToPath(new URL('./protobufjs/', import.meta.url));

function ensureProtobufjs() {
  if (existsSync(`${folder}/node_modules/.package-lock.json`)) return;
  process.stderr.write('installing protobufjs into bench/protobufjs …\n');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, error } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] });
  if (error || status !== 0) throw new Error('C1 needs protobufjs, and npm could not install it');
}

/** The protocol's messages as a schema of protobuf. */
const PROTO = `
syntax = "proto3";
message PeerInfo { bytes id = 1; optional bytes data = 2; }
message Join { optional bytes data = 1; }
message ForwardJoin { PeerInfo peer = 1; uint32 ttl = 2; }
message Shuffle { bytes origin = 1; repeated PeerInfo nodes = 2; uint32 ttl = 3; }
message ShuffleReply { repeated PeerInfo nodes = 1; }
message Neighbor { uint32 priority = 1; optional bytes data = 2; }
message Disconnect { bool alive = 1; bool respond = 2; }
message Gossip { bytes id = 1; bytes content = 2; uint32 scope = 3; uint32 round = 4; fixed32 tag = 5; }
message Prune { fixed32 tag = 1; }
message Graft { optional bytes id = 1; uint32 round = 2; fixed32 tag = 3; }
message Announcement { bytes id = 1; uint32 round = 2; fixed32 tag = 3; }
message IHave { repeated Announcement messages = 1; }
message Message {
  oneof kind {
    Join join = 1; ForwardJoin forwardJoin = 2; Shuffle shuffle = 3; ShuffleReply shuffleReply = 4; Neighbor neighbor = 5;
    Disconnect disconnect = 6; Gossip gossip = 7; Prune prune = 8; Graft graft = 9; IHave ihave = 10;
  }
}`;

const bytes = (/** @type {number} */ seed, /** @type {number} */ length) =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (seed * 31 + i * 7) & 255));
const hex = (/** @type {Uint8Array} */ id) => Buffer.from(id.buffer, id.byteOffset, id.length).toString('hex');
const tag = 0x12345678;
const peers = Array.from({ length: 10 }, (_, i) => ({ id: bytes(i, 32), data: bytes(i, 24) }));
const announcements = Array.from({ length: 8 }, (_, i) => ({ id: bytes(i, 32), round: i, tag }));

/** A message of each kind, with the fields of protobuf. @type {Record<string, [string, any]>} */
const MESSAGES = {
  'gossip, 100 B': ['gossip', { id: bytes(1, 32), content: bytes(2, 100), scope: 0, round: 3, tag }],
  'gossip, 1 kB': ['gossip', { id: bytes(1, 32), content: bytes(2, 1024), scope: 0, round: 3, tag }],
  'ihave of 1': ['ihave', { messages: announcements.slice(0, 1) }],
  'ihave of 8': ['ihave', { messages: announcements }],
  prune: ['prune', { tag }],
  graft: ['graft', { id: bytes(1, 32), round: 3, tag }],
  join: ['join', { data: bytes(3, 24) }],
  forwardJoin: ['forwardJoin', { peer: peers[0], ttl: 6 }],
  'shuffle of 10': ['shuffle', { origin: bytes(9, 32), nodes: peers, ttl: 6 }],
  'shuffleReply of 10': ['shuffleReply', { nodes: peers }],
  neighbor: ['neighbor', { priority: 1, data: bytes(3, 24) }],
  disconnect: ['disconnect', { alive: true, respond: false }],
};

/** The same message as our kernel has it: peers and message ids are strings, because both are keys of maps. @param {string} type @param {any} fields */
function asOurs(type, fields) {
  const person = (/** @type {any} */ { id, data }) => ({ id: hex(id), data });
  switch (type) {
    case 'forwardJoin':
      return { ...fields, type, peer: person(fields.peer) };
    case 'shuffle':
      return { ...fields, type, origin: hex(fields.origin), nodes: fields.nodes.map(person) };
    case 'shuffleReply':
      return { ...fields, type, nodes: fields.nodes.map(person) };
    case 'neighbor':
      return { ...fields, type, priority: fields.priority === 0 ? 'high' : 'low' };
    case 'gossip':
      return { ...fields, type, id: messageIdFromBytes(fields.id), scope: { type: 'swarm', round: fields.round } };
    case 'graft':
      return { ...fields, type, id: messageIdFromBytes(fields.id) };
    case 'ihave':
      return {
        type,
        messages: fields.messages.map((/** @type {any} */ m) => ({ ...m, id: messageIdFromBytes(m.id) })),
      };
    default:
      return { ...fields, type };
  }
}

/** From our kernel's form to protobuf's. @param {any} message @returns {any} */
function asFields({ type, ...fields }) {
  const person = (/** @type {any} */ { id, data }) => ({ id: Buffer.from(id, 'hex'), data });
  switch (type) {
    case 'forwardJoin':
      return { ...fields, peer: person(fields.peer) };
    case 'shuffle':
      return { ...fields, origin: Buffer.from(fields.origin, 'hex'), nodes: fields.nodes.map(person) };
    case 'shuffleReply':
      return { nodes: fields.nodes.map(person) };
    case 'neighbor':
      return { ...fields, priority: fields.priority === 'high' ? 0 : 1 };
    case 'gossip':
      return { ...fields, id: messageIdToBytes(fields.id), scope: 0, round: fields.scope.round };
    case 'graft':
      return { ...fields, id: messageIdToBytes(fields.id) };
    case 'ihave':
      return { messages: fields.messages.map((/** @type {any} */ m) => ({ ...m, id: messageIdToBytes(m.id) })) };
    default:
      return fields;
  }
}

/** By kind and contender: microseconds to encode and decode one message. @type {Record<string, Record<string, number>>} */
let result = {};

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'C1',
  question: 'encode and decode a message: geometric mean over all kinds (smaller is better)',
  unit: 'µs',
  cpuUnit: 'µs',
  target: `>= ${GOAL}x protobufjs with an equivalent schema, in the mean and for payloads`,
  run: async () => {
    ensureProtobufjs();
    const protobuf = createRequire(`${folder}package.json`)('protobufjs');
    const type = protobuf.parse(PROTO, { keepCase: true }).root.lookupType('Message');
    const codec = messageCodec(hexId32);
    result = Object.fromEntries(
      Object.entries(MESSAGES).map(([name, [kind, fields]]) => {
        const message = /** @type {any} */ (asOurs(kind, fields));
        const figures = microseconds({
          [ours]: () => decode(codec, encode(codec, message)),
          [usable]: () => {
            const decoded = type.decode(type.encode({ [kind]: asFields(message) }).finish());
            return asOurs(kind, decoded[kind]);
          },
          [raw]: () => type.decode(type.encode({ [kind]: fields }).finish()),
        });
        return [name, figures];
      }),
    );
    const mean = (/** @type {string} */ name) =>
      Math.exp(
        Object.values(result).reduce((sum, figures) => sum + Math.log(Number(figures[name])), 0) /
          Object.keys(result).length,
      );
    return [ours, usable, raw].map((name) => ({ name, value: mean(name), cpu: mean(name) }));
  },
  details: () => [
    ['kind', ours, usable, raw, 'ratio'],
    ...Object.entries(result).map(([name, figures]) => [
      name,
      ...[ours, usable, raw].map((each) => Number(figures[each]).toFixed(2)),
      `${(Number(figures[usable]) / Number(figures[ours])).toFixed(1)}x, ${(Number(figures[raw]) / Number(figures[ours])).toFixed(1)}x`,
    ]),
  ],
  meets: (ratios) => Number(ratios[usable]) <= 1 / GOAL,
};
