import { Reader } from '@grapevine/postcard';
import { messageIdFromBytes, type PeerId, type TimerTask, type TopicEvent, type TopicId } from '@grapevine/proto';
import type { FuzzCase } from './fuzz-case.js';
import { type PeerCodec, peerCodec } from './peer-codec.js';

/** The crate's outputs in the form of our kernel's: reads what ../../../interop/fuzz/src/output.rs writes. */
export function decodeOutputs(bytes: Uint8Array, { ids, topics }: FuzzCase): unknown[] {
  const codec = peerCodec(ids);
  const reader = new Reader(bytes);
  const outputs: unknown[] = [];
  while (reader.offset < bytes.length) outputs.push(decodeOutput(reader, topics, codec));
  return outputs;
}

function decodeOutput(reader: Reader, topics: readonly TopicId[], codec: PeerCodec): unknown {
  const kind = reader.byte();
  const topic = kind <= 2 ? topics[reader.byte()] : undefined;
  switch (kind) {
    case 0: {
      const to = codec.peer.read(reader);
      return { type: 'sendMessage', to, topic, message: codec.message.read(new Reader(blob(reader))) };
    }
    case 1:
      return { type: 'emitEvent', topic, event: decodeEvent(reader, codec) };
    case 2: {
      const delay = Number(reader.u64());
      return { type: 'scheduleTimer', delay, timer: { topic, task: decodeTask(reader, codec) } };
    }
    case 3:
      return { type: 'disconnectPeer', peer: codec.peer.read(reader) };
    case 4:
      return { type: 'peerData', peer: codec.peer.read(reader), data: blob(reader) };
    default:
      throw new Error(`no output has number ${kind}`);
  }
}

function decodeEvent(reader: Reader, { peer }: PeerCodec): Partial<TopicEvent<PeerId>> {
  switch (reader.byte()) {
    case 0:
      return { type: 'neighborUp', peer: peer.read(reader) };
    case 1:
      return { type: 'neighborDown', peer: peer.read(reader) };
    default: {
      const content = blob(reader);
      const deliveredFrom = peer.read(reader);
      const scope =
        reader.byte() === 0 ? { type: 'swarm' as const, round: reader.u16() } : { type: 'neighbors' as const };
      return { type: 'received', content, deliveredFrom, scope };
    }
  }
}

function decodeTask(reader: Reader, { peer }: PeerCodec): Partial<TimerTask<PeerId>> {
  switch (reader.byte()) {
    case 0:
      return { type: 'shuffle' };
    case 1:
      return { type: 'neighborRequest', peer: peer.read(reader) };
    case 2:
      return { type: 'sendGraft', id: messageIdFromBytes(reader.raw(32)) };
    case 3:
      return { type: 'dispatchLazyPush' };
    default:
      return { type: 'evictCache' };
  }
}

function blob(reader: Reader): Uint8Array {
  return reader.raw(reader.count());
}
