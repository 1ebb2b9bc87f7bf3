import type { InEvent, Message, OutEvent, ReconcileReason } from '@grapevine/proto';
import type { Connections } from './connections.js';
import type { Observation } from './observation.js';
import type { Courier } from './observer.js';
import type { Population } from './population.js';
import type { Timeline } from './timeline.js';
import { TOPIC } from './topic.js';

/** What a {@link Host} works with. */
export interface HostOptions {
  readonly nodes: Population;
  readonly timeline: Timeline;
  readonly connections: Connections;
  readonly observation: Observation;
  readonly unreachableAfter: number | undefined;
  readonly tellsLeaves: boolean;
}

/** What the host of a real node does, for all nodes: feeds them events, and carries out what they want. */
export class Host {
  /** Takes messages to their receivers, instead of the plain way. */
  courier: Courier | undefined;
  /** How many events nodes have handled. */
  handledEvents = 0;

  readonly #nodes: Population;
  readonly #timeline: Timeline;
  readonly #connections: Connections;
  readonly #observation: Observation;
  readonly #unreachableAfter: number | undefined;
  readonly #tellsLeaves: boolean;

  constructor({ nodes, timeline, connections, observation, unreachableAfter, tellsLeaves }: HostOptions) {
    this.#nodes = nodes;
    this.#timeline = timeline;
    this.#connections = connections;
    this.#observation = observation;
    this.#unreachableAfter = unreachableAfter;
    this.#tellsLeaves = tellsLeaves;
  }

  handle(peer: number, event: InEvent<number>): void {
    const node = this.#nodes.get(peer);
    if (node === undefined) {
      if (event.type === 'recvMessage') this.reportUnreachable(event.from, peer, 0);
      return;
    }
    if (event.type === 'recvMessage' && this.#nodes.leaves.size > 0 && !this.#arrives(event.from, peer)) return;
    this.handledEvents++;
    const { now } = this.#timeline;
    this.#note(peer, event, now);
    const outputs = node.handle(event, now);
    this.#observation.handled(now, peer, event, outputs);
    this.#carryOut(peer, event, outputs, now);
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

  /** What is known of an event before the node knows it. */
  #note(peer: number, event: InEvent<number>, now: number): void {
    if (event.type === 'recvMessage') {
      this.#connections.connect(event.from, peer);
      if (this.#nodes.isMember(peer)) this.#observation.received(now, peer, event.message);
    } else if (event.type === 'command') {
      switch (event.command.type) {
        case 'join':
          this.#nodes.join(peer);
          break;
        case 'quit':
          this.leftTopic(peer);
          break;
        case 'broadcast':
          break;
      }
    }
  }

  #carryOut(peer: number, input: InEvent<number>, outputs: readonly OutEvent<number>[], now: number): void {
    let closing: number[] | undefined;
    for (let i = 0; i < outputs.length; i++) {
      const output = outputs[i] as OutEvent<number>;
      switch (output.type) {
        case 'sendMessage':
          this.#send(peer, output.to, output.message);
          break;
        case 'scheduleTimer':
          this.#timeline.addTimer(peer, output.timer, output.delay);
          break;
        case 'emitEvent':
          this.#observation.emitted(now, peer, output.event, input);
          break;
        case 'disconnectPeer':
          if (closing === undefined) closing = [output.peer];
          else closing.push(output.peer);
          break;
        case 'peerData':
          break;
        case 'reconcile':
          this.#reconcile(peer, output.peer, output.reason);
          break;
      }
    }
    if (closing === undefined) return;
    // After all messages of this event, so that what was sent still arrives first.
    for (const other of closing) this.#connections.retire(peer, other);
  }

  /** A leaf that dials is connected before it says anything; what is still on its way to a leaf when the connection ends is lost. */
  #arrives(from: number, to: number): boolean {
    const { leaves } = this.#nodes;
    if (this.#connections.isConnected(from, to)) return true;
    if (leaves.has(to)) return false;
    if (leaves.has(from) && this.#tellsLeaves) this.handle(to, { type: 'peerConnected', peer: from, isLeaf: true });
    return true;
  }

  #send(from: number, to: number, message: Message<number>): void {
    if (this.#nodes.leaves.has(to) && !this.#connections.isConnected(from, to)) {
      this.#timeline.addEvent(from, { type: 'peerDisconnected', peer: to }, 0); // it cannot be dialed
      return;
    }
    const latency = this.#connections.latency(from, to);
    if (this.courier === undefined) this.#timeline.addMessage(from, to, message, latency);
    else this.courier(from, to, message, latency);
  }

  /** Nodes of a simulation have the protocol of the swarm only: they tell each other all that they have. */
  #reconcile(peer: number, other: number, reason: ReconcileReason): void {
    if (reason === 'periodic') return;
    this.#timeline.addEvent(peer, { type: 'announceCache', topic: TOPIC, peer: other }, 0);
  }
}
