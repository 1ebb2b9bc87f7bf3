import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Arrival } from '../admission/conversation.js';
import { NOTHING_KEPT } from '../admission/counts.js';
import type { AdmissionSnapshot, AppGate, Ending, GateHost } from '../admission/gate-host.js';

/** A gate that lets everything through: the application has no say. */
export class OpenGate implements AppGate {
  readonly #host: GateHost;
  readonly snapshot: AdmissionSnapshot = { counts: NOTHING_KEPT, shutOut: 0 };

  constructor(host: GateHost) {
    this.#host = host;
  }

  admits(): boolean {
    return true;
  }

  receive(arrival: Arrival): void {
    this.#host.feed(arrival);
    if (arrival.type !== 'recvMessage') return;
    const { from, topic, message } = arrival;
    if (message.type === 'ihave' && message.messages.length === 0) this.#host.compare(topic, from);
  }

  maySend(): boolean {
    return true;
  }

  ended(ending: Ending): void {
    this.#host.feed(ending);
  }

  connected(_peer: EndpointId): void {}

  review(_topic?: TopicId): void {}

  left(_topic: TopicId): void {}

  close(): void {}
}
