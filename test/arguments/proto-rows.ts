import { string } from '@grapevine/postcard';
import * as proto from '@grapevine/proto';
import { KeySetBuilder, Reconciliation, saltOf } from '@grapevine/proto/reconciliation';
import { id } from './mistakes.js';
import type { Row } from './row.js';

const bytes = new Uint8Array(32);
const messageId = proto.messageIdFromBytes(bytes);
const kernel = () => new proto.State<number>({ me: 1, rng: proto.seededRng(bytes) });
const set = new KeySetBuilder(bytes.subarray(0, 8)).build();

export const PROTO: readonly Row[] = [
  ['idPrefix', [['id', messageId, 'text']], proto.idPrefix],
  ['defaultHash', [['content', bytes, 'bytes']], proto.defaultHash],
  [
    'State#handle',
    [
      ['event', { type: 'peerDialing', peer: 1 }, 'object'],
      ['now', 1, 'number'],
    ],
    (event, now) => kernel().handle(event, now),
  ],
  ...(['window', 'expired', 'losses', 'past'] as const).map(
    (method): Row => [`State#${method}`, [['now', 1, 'number']], (now) => kernel()[method](id, now)],
  ),
  ['seededRng', [['seed', bytes, 'bytes']], proto.seededRng],
  ['TimerHeap#insert', [['time', 1, 'whole']], (time) => new proto.TimerHeap().insert(time, 'x')],
  ['maxPeerData', [['maxMessageSize', proto.defaultConfig(), 'object']], proto.maxPeerData],
  ['defaultConfig', [['unit', 'milliseconds', 'id']], (unit) => proto.defaultConfig(unit === undefined ? null : unit)],
  ['messageCodec', [['peer', string, 'schema']], proto.messageCodec],
  ['messageCodec', [['messageCodec', {}, 'options']], (limits) => proto.messageCodec(string, limits)],
  ['messageIdFromBytes', [['bytes', bytes, 'bytes32']], proto.messageIdFromBytes],
  ['messageIdToBytes', [['id', messageId, 'id']], proto.messageIdToBytes],
  ['messageIdToHex', [['id', messageId, 'id']], proto.messageIdToHex],
  ['topicIdToBytes', [['topic', id, 'id']], proto.topicIdToBytes],
  ['new KeySetBuilder', [['salt', bytes.subarray(8, 16), 'bytes32']], (salt) => new KeySetBuilder(salt)],
  ['KeySetBuilder#add', [['id', bytes, 'bytes32']], (one) => new KeySetBuilder(bytes.subarray(0, 8)).add(one)],
  ['KeySetBuilder#step', [['keys', 1, 'whole']], (keys) => new KeySetBuilder(bytes.subarray(0, 8)).step(keys)],
  ['Reconciliation.begin', [['set', set, 'object']], (keys) => Reconciliation.begin(keys)],
  ['Reconciliation.begin', [['Reconciliation', {}, 'options']], (limits) => Reconciliation.begin(set, limits)],
  ['Reconciliation.answer', [['set', set, 'object']], (keys) => Reconciliation.answer(keys)],
  ['Reconciliation#receive', [['frame', bytes, 'bytes']], (frame) => Reconciliation.answer(set).receive(frame)],
  ['saltOf', [['opening', bytes, 'bytes']], saltOf],
];
