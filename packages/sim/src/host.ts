import type {
  Command,
  InEvent,
  Message,
  OutEvent,
  Outputs,
  ReconcileReason,
  Timer,
  TopicEvent,
  TopicId,
} from '@grapevine/proto';
import type { Connections } from './connections.js';
import type { Observation } from './observation.js';
import type { Courier } from './observer.js';
import type { Population } from './population.js';
import { Reconciliation } from './reconciliation.js';
import type { Timeline } from './timeline.js';
import { TOPIC } from './topic.js';

/** Options of a {@link Host}. */
export interface HostOptions {
  readonly nodes: Population;
  readonly timeline: Timeline;
  readonly connections: Connections;
  readonly observation: Observation;
  readonly unreachableAfter: number | undefined;
  readonly tellsLeaves: boolean;
  readonly reconciles: boolean;
}

/** The event of a message that arrives, as an object that is used again. */
type Received = { -readonly [K in keyof Arrival]: Arrival[K] };
type Arrival = Extract<InEvent<number>, { readonly type: 'recvMessage' }>;

/** The host of all nodes, as the endpoint and streams are for a real one: gives them events and carries out their outputs. */
export class Host implements Outputs<number> {
  /** Delivers messages, instead of the plain way. */
  courier: Courier | undefined;
  /** How many events nodes have handled. */
  handledEvents = 0;

  readonly #nodes: Population;
  readonly #timeline: Timeline;
  readonly #connections: Connections;
  readonly #observation: Observation;
  readonly #unreachableAfter: number | undefined;
  readonly #tellsLeaves: boolean;
  readonly #reconciliation: Reconciliation | undefined;

  /** The event of a message that arrives: one object for all, unless an observer sees it. */
  readonly #received: Received = { type: 'recvMessage', from: 0, topic: TOPIC, message: { type: 'prune' } };
  // The node and the event that are being handled, and the connections to close after it.
  #peer = 0;
  #input: InEvent<number> | undefined;
  readonly #closing: number[] = [];
  #closingCount = 0;

  constructor(options: HostOptions) {
    const { nodes, timeline, connections, observation, unreachableAfter, tellsLeaves, reconciles } = options;
    this.#nodes = nodes;
    this.#timeline = timeline;
    this.#connections = connections;
    this.#observation = observation;
    this.#unreachableAfter = unreachableAfter;
    this.#tellsLeaves = tellsLeaves;
    const recovered = (peer: number, event: InEvent<number>): void => this.handle(peer, event);
    this.#reconciliation = reconciles ? new Reconciliation({ nodes, timeline, connections, recovered }) : undefined;
  }

  receive(peer: number, from: number, message: Message<number>): void {
    if (!this.#nodes.has(peer)) {
      this.reportUnreachable(from, peer, 0);
      return;
    }
    if (this.#nodes.leaves.size > 0 && !this.#arrives(from, peer)) return;
    this.#connections.connect(from, peer);
    if (this.#nodes.isMember(peer)) this.#observation.received(this.#timeline.now, peer, message);
    const event = this.#observation.looksAtOutputs ? { ...this.#received } : this.#received;
    event.from = from;
    event.message = message;
    this.handle(peer, event);
  }

  handle(peer: number, event: InEvent<number>): void {
    const node = this.#nodes.get(peer);
    if (node === undefined) return;
    this.handledEvents++;
    const { now } = this.#timeline;
    if (event.type === 'command') this.#note(peer, event.command);
    this.#peer = peer;
    this.#input = event;
    if (this.#observation.looksAtOutputs) {
      const outputs = node.handle(event, now);
      this.#observation.handled(now, peer, event, outputs);
      carryOut(outputs, this);
    } else {
      // A `createNode` may make nodes that return a list instead.
      carryOut(node.handle(event, now, this), this);
    }
    this.#close(peer);
  }

  /** A node is not in the topic any more. */
  leftTopic(peer: number): void {
    if (this.#nodes.leave(peer)) this.#observation.left(this.#timeline.now, peer);
  }

  /** Tells a sender, where the config says so, that its message would have arrived after `latency` and did not. */
  reportUnreachable(from: number, to: number, latency: number): void {
    if (this.#unreachableAfter === undefined) return;
    const notice: InEvent<number> = { type: 'peerDisconnected', peer: to, reason: 'timeout' };
    this.#timeline.addEvent(from, notice, latency + this.#unreachableAfter);
  }

  /** Closes connections after all messages of an event are sent, so that those arrive first. */
  #close(peer: number): void {
    for (let i = 0; i < this.#closingCount; i++) this.#connections.retire(peer, this.#closing[i] as number);
    this.#closingCount = 0;
  }

  /** Notes joins and quits before the node handles them. */
  #note(peer: number, command: Command<number>): void {
    switch (command.type) {
      case 'join':
        this.#nodes.join(peer);
        break;
      case 'quit':
        this.leftTopic(peer);
        break;
      case 'broadcast':
      case 'probe':
        break;
    }
  }

  // Outputs of the node that is handling an event.

  sendMessage(to: number, _topic: TopicId, message: Message<number>): void {
    const from = this.#peer;
    if (this.#nodes.leaves.size > 0 && this.#nodes.leaves.has(to) && !this.#connections.isConnected(from, to)) {
      this.#timeline.addEvent(from, { type: 'peerDisconnected', peer: to }, 0); // it cannot be dialed
      return;
    }
    const latency = this.#connections.latency(from, to);
    if (this.courier === undefined) this.#timeline.addMessage(from, to, message, latency);
    else this.courier(from, to, message, latency);
  }

  emitEvent(_topic: TopicId, event: TopicEvent<number>): void {
    this.#observation.emitted(this.#timeline.now, this.#peer, event, this.#input as InEvent<number>);
  }

  scheduleTimer(delay: number, timer: Timer<number>): void {
    this.#timeline.addTimer(this.#peer, timer, delay);
  }

  disconnectPeer(peer: number): void {
    this.#closing[this.#closingCount++] = peer;
  }

  peerData(): void {}

  /** Nodes without reconciliation announce all that they have when they meet, and nothing periodically. */
  reconcile(_topic: TopicId, peer: number, reason: ReconcileReason): void {
    if (this.#reconciliation !== undefined) {
      this.#reconciliation.begin(this.#peer, peer);
      return;
    }
    if (reason === 'periodic') return;
    this.#timeline.addEvent(this.#peer, { type: 'announceCache', topic: TOPIC, peer }, 0);
  }

  /**
   * Whether a message arrives. A leaf that dials is connected before it sends anything; a message that is on its way to a leaf when the connection
   * ends is lost.
   */
  #arrives(from: number, to: number): boolean {
    const { leaves } = this.#nodes;
    if (this.#connections.isConnected(from, to)) return true;
    if (leaves.has(to)) return false;
    if (leaves.has(from) && this.#tellsLeaves) this.handle(to, { type: 'peerConnected', peer: from, isLeaf: true });
    return true;
  }
}

function carryOut(outputs: readonly OutEvent<number>[], host: Outputs<number>): void {
  // By index: an iterator would be allocated for every event, and the list is usually empty.
  for (let i = 0; i < outputs.length; i++) {
    const output = outputs[i] as OutEvent<number>;
    switch (output.type) {
      case 'sendMessage':
        host.sendMessage(output.to, output.topic, output.message);
        break;
      case 'emitEvent':
        host.emitEvent(output.topic, output.event);
        break;
      case 'scheduleTimer':
        host.scheduleTimer(output.delay, output.timer);
        break;
      case 'disconnectPeer':
        host.disconnectPeer(output.peer);
        break;
      case 'peerData':
        break;
      case 'reconcile':
        host.reconcile(output.topic, output.peer, output.reason);
        break;
    }
  }
}
