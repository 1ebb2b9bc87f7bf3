import type { GossipMessage, InEvent, Message, OutEvent, TopicEvent } from '@grapevine/proto';

/**
 * Sees what happens in a network. All methods are called while it runs, most of them while a node handles an event, so they must change nothing and
 * call no node.
 */
export interface Observer {
  /** A node has handled an event; the outputs are about to be carried out. */
  handled?(time: number, peer: number, event: InEvent<number>, outputs: readonly OutEvent<number>[]): void;
  /** A payload, new or not, has reached a node that is in the topic. */
  payload?(time: number, peer: number, message: GossipMessage): void;
  /** A node has delivered a payload to its user. */
  delivered?(time: number, peer: number, message: GossipMessage): void;
  /** A neighbor has come or gone. */
  neighbor?(
    time: number,
    peer: number,
    event: Extract<TopicEvent<number>, { readonly type: 'neighborUp' | 'neighborDown' }>,
  ): void;
  /** A node has told its user that payloads are lost. */
  lost?(time: number, peer: number, event: Extract<TopicEvent<number>, { readonly type: 'lost' }>): void;
  /** A node has left the topic, or is gone. */
  left?(time: number, peer: number): void;
}

/** Delivers the messages between nodes: calls {@link Network.deliver} with the message or a changed one, once, several times, or not at all. */
export type Courier = (from: number, to: number, message: Message<number>, latency: number) => void;
