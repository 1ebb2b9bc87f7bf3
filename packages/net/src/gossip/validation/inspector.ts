import type { MessageId, TopicId } from '@grapevine/proto';
import { compareBytes } from '../../util/bytes.js';
import { type Arrival, type Conversation, contentOf, type Held } from '../admission/conversation.js';
import type { ResolvedGossipOptions } from '../options.js';
import { MessagePolicy, type Outcome } from './message-policy.js';
import { acceptEverything, type ReceivedMessage } from './validate.js';

/** Validations of one neighbor in one topic at once, so that no neighbor takes the room of all others. */
const MAX_PER_CONVERSATION = 16;

/** What an inspector needs of its node. */
export interface InspectorHost {
  /** Whether a payload has been here already: then there is nothing to decide. */
  hasSeen(topic: TopicId, id: MessageId): boolean;
  /** There is an outcome for something that waits. */
  decided(conversation: Conversation): void;
}

/** Has `validate` look at what waits in conversations: several at once, the same payload of several neighbors once. */
export class Inspector {
  /** Whether anybody wants to look. */
  readonly isActive: boolean;
  readonly #host: InspectorHost;
  readonly #policy: MessagePolicy;
  readonly #running = new Map<string, { readonly content: Uint8Array; readonly outcome: Promise<Outcome> }>();
  /** Conversations in which something waits for room, those longest waiting first. */
  readonly #waiting = new Set<Conversation>();

  constructor(options: ResolvedGossipOptions, host: InspectorHost) {
    this.isActive = options.validate !== acceptEverything;
    this.#host = host;
    this.#policy = new MessagePolicy(options);
  }

  /** Asks about the oldest messages of a conversation that have not been asked about. Messages that need no verdict are accepted. */
  inspect(conversation: Conversation): void {
    for (const held of conversation.oldest(MAX_PER_CONVERSATION)) {
      if (held.asked) continue;
      const content = this.#needsVerdict(held.arrival) ? contentOf(held.arrival) : undefined;
      if (content && !this.#policy.hasRoom) {
        this.#waiting.add(conversation);
        return;
      }
      held.asked = true;
      if (content) this.#ask(conversation, held, content);
      else held.outcome = 'accept';
    }
    this.#waiting.delete(conversation);
  }

  forget(conversation: Conversation): void {
    this.#waiting.delete(conversation);
  }

  #needsVerdict(arrival: Arrival): boolean {
    if (!this.isActive) return false;
    if (arrival.type === 'recovered') return true;
    const { message, topic } = arrival;
    if (message.type !== 'gossip') return false;
    return message.scope.type === 'neighbors' || !this.#host.hasSeen(topic, message.id);
  }

  #ask(conversation: Conversation, held: Held, content: Uint8Array): void {
    const outcome = this.#outcomeFor(held.arrival, content);
    if (typeof outcome === 'string') {
      held.outcome = outcome;
      return;
    }
    conversation.running++;
    void outcome.then((decided) => {
      held.outcome = decided;
      conversation.running--;
      this.#host.decided(conversation);
      this.#useRoom();
    });
  }

  /** Two neighbors may claim the same id for different contents: only equal contents share a verdict. */
  #outcomeFor(arrival: Arrival, content: Uint8Array): Outcome | Promise<Outcome> {
    const key = keyOf(arrival);
    const running = key === undefined ? undefined : this.#running.get(key);
    if (running && compareBytes(running.content, content) === 0) return running.outcome;
    const outcome = this.#policy.ask(arrival.topic, described(arrival, content));
    if (key === undefined || running || typeof outcome === 'string') return outcome;
    this.#running.set(key, { content, outcome });
    void outcome.then(() => this.#running.delete(key));
    return outcome;
  }

  #useRoom(): void {
    for (const conversation of [...this.#waiting]) {
      if (!this.#policy.hasRoom) return;
      this.inspect(conversation);
      this.#host.decided(conversation); // it may have been decided at once
    }
  }
}

function keyOf(arrival: Arrival): string | undefined {
  if (arrival.type !== 'recvMessage' || arrival.message.type !== 'gossip') return undefined;
  return arrival.message.scope.type === 'swarm' ? `${arrival.topic} ${arrival.message.id}` : undefined;
}

function described(arrival: Arrival, content: Uint8Array): ReceivedMessage {
  const own = new Uint8Array(content); // `slice` of a Buffer would be a view
  const scope: ReceivedMessage['scope'] =
    arrival.type === 'recvMessage' && arrival.message.type === 'gossip'
      ? arrival.message.scope
      : { type: 'swarm', round: (arrival as Arrival & { type: 'recovered' }).round };
  return { content: own, deliveredFrom: arrival.from, scope, recovered: arrival.type === 'recovered' };
}
