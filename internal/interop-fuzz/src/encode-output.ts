import {
  type DeliveryScope,
  messageIdToBytes,
  type OutEvent,
  type PeerId,
  type TimerTask,
  type TopicEvent,
  type TopicId,
} from '@grapevine/proto';
import type { GrowingWriter } from './growing-writer.js';
import type { PeerCodec } from './peer-codec.js';

/** The kind of outputs that the crate does not have. It never writes this, so such an output is a difference. */
const FOREIGN = 255;

/** Writes an output as ../../../interop/fuzz/src/output.rs does. */
export function encodeOutput(
  out: GrowingWriter,
  output: OutEvent<PeerId>,
  topics: readonly TopicId[],
  { peer, message }: PeerCodec,
): void {
  switch (output.type) {
    case 'sendMessage':
      out.number(0);
      out.number(topics.indexOf(output.topic));
      out.value(peer, output.to);
      out.sized(message, output.message);
      break;
    case 'emitEvent':
      out.number(1);
      out.number(topics.indexOf(output.topic));
      encodeEvent(out, output.event, { peer, message });
      break;
    case 'scheduleTimer':
      out.number(2);
      out.number(topics.indexOf(output.timer.topic));
      out.number(output.delay);
      encodeTask(out, output.timer.task, { peer, message });
      break;
    case 'disconnectPeer':
      out.number(3);
      out.value(peer, output.peer);
      break;
    case 'peerData':
      out.number(4);
      out.value(peer, output.peer);
      out.blob(output.data);
      break;
    case 'reconcile':
      out.number(FOREIGN);
      break;
  }
}

function encodeEvent(out: GrowingWriter, event: TopicEvent<PeerId>, { peer }: PeerCodec): void {
  switch (event.type) {
    case 'neighborUp':
      out.number(0);
      out.value(peer, event.peer);
      break;
    case 'neighborDown':
      out.number(1);
      out.value(peer, event.peer);
      break;
    case 'received':
      out.number(2);
      out.blob(event.content);
      out.value(peer, event.deliveredFrom);
      encodeScope(out, event.scope);
      break;
    case 'lost':
      out.number(FOREIGN);
      break;
  }
}

function encodeScope(out: GrowingWriter, scope: DeliveryScope): void {
  switch (scope.type) {
    case 'swarm':
      out.number(0);
      out.number(scope.round);
      break;
    case 'neighbors':
      out.number(1);
      break;
  }
}

/** Names a timer as ../../../interop/fuzz/src/timers.rs does. */
export function encodeTask(out: GrowingWriter, task: TimerTask<PeerId>, { peer }: PeerCodec): void {
  switch (task.type) {
    case 'shuffle':
      out.number(0);
      break;
    case 'neighborRequest':
      out.number(1);
      out.value(peer, task.peer);
      break;
    case 'sendGraft':
      out.number(2);
      out.raw(messageIdToBytes(task.id));
      break;
    case 'dispatchLazyPush':
      out.number(3);
      break;
    case 'evictCache':
      out.number(4);
      break;
    case 'refill':
    case 'askForMembers':
    case 'announceCache':
      out.number(FOREIGN);
      break;
  }
}
