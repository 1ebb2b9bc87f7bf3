import {
  type Command,
  type DeliveryScope,
  type InEvent,
  type Message,
  type MessageId,
  messageIdToHex,
  type OutEvent,
  type PeerData,
  type PeerInfo,
  type TimerTask,
  type TopicEvent,
} from '@grapevine/proto';
import { anEvent, aPeer, aTime } from './checks.js';

// Events as text, one line each, every field included: what is compared with a trace of the reference. Messages and timers look as the derived
// `Debug` of the Rust crate prints them; all times are in nanoseconds. The topic is left out, since there is only one.

/** An event that a node handles: `@1500000 3 < recv 0 Gossip(Prune)`. */
export function inputText(time: number, peer: number, event: InEvent<number>): string {
  aTime('time', time);
  aPeer('peer', peer);
  anEvent('event', event);
  return `@${time} ${peer} < ${input(event)}`;
}

/** Something that a node wants: `> send 4 Gossip(Prune)`. */
export function outputText(event: OutEvent<number>): string {
  anEvent('event', event);
  return `> ${output(event)}`;
}

function input(event: InEvent<number>): string {
  switch (event.type) {
    case 'recvMessage':
      return `recv ${event.from} ${message(event.message)}`;
    case 'command':
      return command(event.command);
    case 'timerExpired':
      return `timer ${task(event.timer.task)}`;
    case 'peerDisconnected':
      return `disconnected ${event.peer}`;
    case 'linkRetired':
      return `retired ${event.peer}`;
    case 'updatePeerData':
      return `data ${hex(event.data)}`;
    case 'peerDialing':
      return `dialing ${event.peer}`;
    case 'peerConnected':
      return `connected ${event.peer}${event.source === undefined ? '' : ` from ${event.source}`}`;
    case 'linkReplaced':
      return `replaced ${event.peer}`;
    case 'linkGap':
      return `gap ${event.peer} ${event.reason}`;
    case 'recovered':
      return `recovered ${hex(event.content)} from ${event.from} round ${event.round} age ${event.age}`;
    case 'unavailable':
      return `unavailable ${event.ids.map(messageId).join(',')} from ${event.from}`;
    case 'lossesReported':
      return `losses ${event.losses.map(({ id, age }) => `${messageId(id)} ${age}`).join(',')} from ${event.from}`;
    case 'stalled':
      return `stalled ${event.peers.join(',')}`;
    case 'announceCache':
      return `announce cache ${event.peer}`;
    case 'expel':
    case 'allow':
      return `${event.type} ${event.peer}`;
    case 'discard':
      return `discard ${hex(event.content)} from ${event.from}`;
  }
}

function output(event: OutEvent<number>): string {
  switch (event.type) {
    case 'sendMessage':
      return `send ${event.to} ${message(event.message)}`;
    case 'emitEvent':
      return `emit ${emitted(event.event)}`;
    case 'scheduleTimer':
      return `timer ${event.delay} ${task(event.timer.task)}`;
    case 'disconnectPeer':
      return `disconnect ${event.peer}`;
    case 'peerData':
      return `data ${event.peer} ${hex(event.data)}`;
    case 'reconcile':
      return `reconcile ${event.peer} ${event.reason}`;
  }
}

function command(value: Command<number>): string {
  switch (value.type) {
    case 'join':
      return `join ${value.peers.join(',')}`;
    case 'probe':
      return `probe ${value.peers.join(',')}`;
    case 'broadcast':
      return `broadcast ${hex(value.content)} ${value.scope}`;
    case 'quit':
      return 'quit';
  }
}

function emitted(event: TopicEvent<number>): string {
  switch (event.type) {
    case 'neighborUp':
      return `up ${event.peer}`;
    case 'neighborDown':
      return `down ${event.peer}`;
    case 'received':
      return `received ${hex(event.content)} from ${event.deliveredFrom} ${scope(event.scope)}`;
    case 'lost':
      return `lost ${event.count} ${event.reason}`;
  }
}

function message(value: Message<number>): string {
  switch (value.type) {
    case 'join':
      return `Swarm(Join(${option(value.data)}))`;
    case 'forwardJoin':
      return `Swarm(ForwardJoin(ForwardJoin { peer: ${peer(value.peer)}, ttl: Ttl(${value.ttl}) }))`;
    case 'shuffle': {
      const { origin, nodes, ttl } = value;
      return `Swarm(Shuffle(Shuffle { origin: ${origin}, nodes: ${peers(nodes)}, ttl: Ttl(${ttl}) }))`;
    }
    case 'shuffleReply':
      return `Swarm(ShuffleReply(ShuffleReply { nodes: ${peers(value.nodes)} }))`;
    case 'neighbor': {
      const priority = value.priority === 'high' ? 'High' : 'Low';
      return `Swarm(Neighbor(Neighbor { priority: ${priority}, data: ${option(value.data)} }))`;
    }
    case 'disconnect':
      return `Swarm(Disconnect(Disconnect { alive: ${value.alive}, _respond: ${value.respond} }))`;
    case 'gossip': {
      const { id, content, scope: reach } = value;
      return `Gossip(Gossip(Gossip { id: ${messageId(id)}, content: <${content.length}b>, scope: ${scope(reach)} }))`;
    }
    case 'prune':
      return 'Gossip(Prune)';
    case 'graft': {
      const id = value.id === undefined ? 'None' : `Some(${messageId(value.id)})`;
      return `Gossip(Graft(Graft { id: ${id}, round: Round(${value.round}) }))`;
    }
    case 'ihave': {
      const entries = value.messages.map(({ id, round }) => `IHave { id: ${messageId(id)}, round: Round(${round}) }`);
      return `Gossip(IHave([${entries.join(', ')}]))`;
    }
  }
}

function task(value: TimerTask<number>): string {
  switch (value.type) {
    case 'shuffle':
      return 'Swarm(DoShuffle)';
    case 'neighborRequest':
      return `Swarm(PendingNeighborRequest(${value.peer}))`;
    case 'sendGraft':
      return `Gossip(SendGraft(${messageId(value.id)}))`;
    case 'dispatchLazyPush':
      return 'Gossip(DispatchLazyPush)';
    case 'evictCache':
      return 'Gossip(EvictCache)';
    case 'askForMembers':
      return 'Swarm(AskForMembers)';
    case 'refill':
      return 'Swarm(Refill)';
    case 'announceCache':
      return `Gossip(AnnounceCache(${value.peer}))`;
  }
}

function scope(value: DeliveryScope): string {
  return value.type === 'swarm' ? `Swarm(Round(${value.round}))` : 'Neighbors';
}

function option(data: PeerData | undefined): string {
  return data === undefined ? 'None' : `Some(PeerData(${data.length}b))`;
}

function peer({ id, data }: PeerInfo<number>): string {
  return `PeerInfo { id: ${id}, data: ${option(data)} }`;
}

function peers(nodes: readonly PeerInfo<number>[]): string {
  return `[${nodes.map(peer).join(', ')}]`;
}

function messageId(id: MessageId): string {
  return `MessageId(${messageIdToHex(id)})`;
}

function hex(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += byte.toString(16).padStart(2, '0');
  return digits;
}
