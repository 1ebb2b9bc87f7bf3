import {
  defaultHash,
  type GossipMessage,
  type Hash,
  type InEvent,
  type MessageId,
  messageIdFromBytes,
  type OutEvent,
  State,
  type StateOptions,
} from '@grapevine/proto';
import { TOPIC } from '../topic.js';

/**
 * A node that floods: the kernel's membership with the simplest broadcast layer. Each payload goes to all active neighbors except the one that sent
 * it; nothing is pruned, announced, cached or grafted. Over the same links no rule delivers sooner, and none sends more payloads.
 */
export class FloodNode extends State<number> {
  readonly #seen = new Set<MessageId>();
  readonly #hash: Hash;

  constructor(options: StateOptions<number>) {
    super(options);
    this.#hash = options.hash ?? defaultHash;
  }

  override handle(event: InEvent<number>, now: number): OutEvent<number>[] {
    if (event.type === 'recvMessage' && event.message.type === 'gossip')
      return this.#receive(event.from, event.message);
    if (event.type === 'command' && event.command.type === 'broadcast') return this.#publish(event.command.content);
    return super.handle(event, now);
  }

  #publish(content: Uint8Array): OutEvent<number>[] {
    const id = messageIdFromBytes(this.#hash(content));
    this.#seen.add(id);
    return this.#push({ type: 'gossip', id, content, scope: { type: 'swarm', round: 0 } }, undefined);
  }

  #receive(from: number, message: GossipMessage): OutEvent<number>[] {
    const { id, content, scope } = message;
    if (this.#seen.has(id)) return [];
    this.#seen.add(id);
    const round = scope.type === 'swarm' ? scope.round + 1 : 0;
    const outputs = this.#push({ type: 'gossip', id, content, scope: { type: 'swarm', round } }, from);
    outputs.push({ type: 'emitEvent', topic: TOPIC, event: { type: 'received', content, deliveredFrom: from, scope } });
    return outputs;
  }

  #push(message: GossipMessage, except: number | undefined): OutEvent<number>[] {
    return this.neighbors(TOPIC)
      .filter((peer) => peer !== except)
      .map((to) => ({ type: 'sendMessage', to, topic: TOPIC, message }));
  }
}
