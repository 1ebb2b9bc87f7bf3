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
  type Timer,
  type TimerTask,
  type TopicEvent,
} from '../../src/index.js';
import { TOPIC } from './topic.js';

// Events as the reference's derived `Debug` prints them. Durations are in microseconds.

const topic = `TopicId(${TOPIC})`;
const bytes = (data: PeerData): string => `PeerData(${data.length}b)`;
const option = (data: PeerData | undefined): string => (data === undefined ? 'None' : `Some(${bytes(data)})`);
const peer = ({ id, data }: PeerInfo<number>): string => `PeerInfo { id: ${id}, data: ${option(data)} }`;
const peers = (nodes: readonly PeerInfo<number>[]): string => `[${nodes.map(peer).join(', ')}]`;
const messageId = (id: MessageId): string => `MessageId(${messageIdToHex(id)})`;
const round = (value: number): string => `Round(${value})`;
const content = (data: Uint8Array): string => `<${data.length}b>`;

function scope(value: DeliveryScope): string {
  return value.type === 'swarm' ? `Swarm(${round(value.round)})` : 'Neighbors';
}

function duration(micros: number): string {
  return micros >= 1_000_000 ? `${micros / 1_000_000}s` : `${micros / 1_000}ms`;
}

function body(message: Message<number>): string {
  switch (message.type) {
    case 'join':
      return `Swarm(Join(${option(message.data)}))`;
    case 'forwardJoin':
      return `Swarm(ForwardJoin(ForwardJoin { peer: ${peer(message.peer)}, ttl: Ttl(${message.ttl}) }))`;
    case 'shuffle': {
      const { origin, nodes, ttl } = message;
      return `Swarm(Shuffle(Shuffle { origin: ${origin}, nodes: ${peers(nodes)}, ttl: Ttl(${ttl}) }))`;
    }
    case 'shuffleReply':
      return `Swarm(ShuffleReply(ShuffleReply { nodes: ${peers(message.nodes)} }))`;
    case 'neighbor': {
      const priority = message.priority === 'high' ? 'High' : 'Low';
      return `Swarm(Neighbor(Neighbor { priority: ${priority}, data: ${option(message.data)} }))`;
    }
    case 'disconnect':
      return `Swarm(Disconnect(Disconnect { alive: ${message.alive}, _respond: ${message.respond} }))`;
    case 'gossip': {
      const { id, content: data, scope: to } = message;
      return `Gossip(Gossip(Gossip { id: ${messageId(id)}, content: ${content(data)}, scope: ${scope(to)} }))`;
    }
    case 'prune':
      return 'Gossip(Prune)';
    case 'graft': {
      const id = message.id === undefined ? 'None' : `Some(${messageId(message.id)})`;
      return `Gossip(Graft(Graft { id: ${id}, round: ${round(message.round)} }))`;
    }
    case 'ihave': {
      const entries = message.messages.map(
        (entry) => `IHave { id: ${messageId(entry.id)}, round: ${round(entry.round)} }`,
      );
      return `Gossip(IHave([${entries.join(', ')}]))`;
    }
  }
}

const envelope = (message: Message<number>): string => `Message { topic: ${topic}, message: ${body(message)} }`;

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
    case 'refill':
      throw new Error('the reference does not pause between candidates');
    case 'askForMembers':
      throw new Error('the reference asks nobody for members');
    case 'announceCache':
      throw new Error('the reference announces no cache');
  }
}

const timer = (value: Timer<number>): string => `Timer { topic: ${topic}, timer: ${task(value.task)} }`;

function command(value: Command<number>): string {
  switch (value.type) {
    case 'join':
      return `Join([${value.peers.join(', ')}])`;
    case 'probe':
      throw new Error('the reference probes nobody');
    case 'broadcast':
      return `Broadcast(${content(value.content)}, ${value.scope === 'swarm' ? 'Swarm' : 'Neighbors'})`;
    case 'quit':
      return 'Quit';
  }
}

/** An input of the reference's `State`. */
export function debugInput(event: InEvent<number>): string {
  switch (event.type) {
    case 'recvMessage':
      return `RecvMessage(${event.from}, ${envelope(event.message)})`;
    case 'command':
      return `Command(${topic}, ${command(event.command)})`;
    case 'timerExpired':
      return `TimerExpired(${timer(event.timer)})`;
    case 'peerDisconnected':
      return `PeerDisconnected(${event.peer})`;
    case 'updatePeerData':
      return `UpdatePeerData(${bytes(event.data)})`;
    case 'linkRetired':
    case 'peerDialing':
    case 'peerConnected':
    case 'linkReplaced':
    case 'linkGap':
    case 'recovered':
    case 'unavailable':
    case 'lossesReported':
    case 'stalled':
    case 'announceCache':
    case 'expel':
    case 'allow':
    case 'discard':
      throw new Error(`the reference has no ${event.type}`);
  }
}

function emitted(event: TopicEvent<number>): string {
  switch (event.type) {
    case 'neighborUp':
      return `NeighborUp(${event.peer})`;
    case 'neighborDown':
      return `NeighborDown(${event.peer})`;
    case 'received': {
      const { content: data, deliveredFrom, scope: from } = event;
      return `Received(GossipEvent { content: ${content(data)}, delivered_from: ${deliveredFrom}, scope: ${scope(from)} })`;
    }
    case 'lost':
      throw new Error('the reference loses without a word');
  }
}

/** An output of the reference's `State`. */
export function debugOutput(event: OutEvent<number>): string {
  switch (event.type) {
    case 'sendMessage':
      return `SendMessage(${event.to}, ${envelope(event.message)})`;
    case 'emitEvent':
      return `EmitEvent(${topic}, ${emitted(event.event)})`;
    case 'scheduleTimer':
      return `ScheduleTimer(${duration(event.delay)}, ${timer(event.timer)})`;
    case 'disconnectPeer':
      return `DisconnectPeer(${event.peer})`;
    case 'peerData':
      return `PeerData(${event.peer}, ${bytes(event.data)})`;
    case 'reconcile':
      throw new Error('the reference reconciles nothing');
  }
}
