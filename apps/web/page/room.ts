import type { GossipTopic } from '@grapevine/api';
import { LeafGossip } from '@grapevine/api/leaf';
import { type AuthoredMessage, type ChatMessage, sealMessage, verifyMessage } from '@grapevine/chat-room';
import { type EndpointId, parseTicket } from '@grapevine/net';
import { topicId } from '@grapevine/proto';
import { BrowserKey, WebEndpoint } from '@grapevine/web';
import { describeLoss } from './loss.js';

/** What the page's own server says about the room. */
interface Invitation {
  readonly topic: string;
  readonly tickets: readonly string[];
}

/** What happens in the room. */
export interface RoomEvents {
  said(message: AuthoredMessage): void;
  /** The number of hubs that this tab is connected to has changed. */
  connected(neighbors: number): void;
  /** Messages are lost for good, or may be. @param what - in words */
  lost(what: string): void;
}

/** How often a tab without neighbors asks the page's server for its current hubs, in milliseconds. */
const ASK_AGAIN_MS = 2_000;

/** This tab's membership in the room. */
export class Room {
  readonly me: EndpointId;
  readonly #key: BrowserKey;
  readonly #topic: GossipTopic;
  readonly #events: RoomEvents;

  private constructor(key: BrowserKey, topic: GossipTopic, events: RoomEvents) {
    this.me = key.id;
    this.#key = key;
    this.#topic = topic;
    this.#events = events;
  }

  /** @throws Error that says what is missing */
  static async enter(events: RoomEvents): Promise<Room> {
    const key = await BrowserKey.load('chat');
    const { topic: id, tickets } = await invitation();
    const endpoint = new WebEndpoint({ key });
    const gossip = LeafGossip.spawn(endpoint);
    const topic = await gossip.subscribe(topicId(id), { bootstrap: tickets.map(parseTicket) });
    const room = new Room(key, topic, events);
    void room.#listen();
    void room.#stayConnected();
    // A tab that is left closes its endpoint. One that comes back from the browser's cache is loaded again.
    addEventListener('pagehide', () => void endpoint.close());
    addEventListener('pageshow', (event) => {
      if (event.persisted) location.reload();
    });
    return room;
  }

  async send(message: ChatMessage): Promise<void> {
    await this.#topic.broadcast(await sealMessage(this.#key, message));
  }

  async #listen(): Promise<void> {
    for await (const event of this.#topic) {
      switch (event.type) {
        case 'received':
          await this.#received(event.content);
          break;
        case 'neighborUp':
        case 'neighborDown':
          this.#events.connected(this.#topic.neighbors().length);
          break;
        case 'lagged':
          this.#events.lost(describeLoss(event));
          break;
      }
    }
  }

  async #received(content: Uint8Array): Promise<void> {
    let message: AuthoredMessage;
    try {
      message = await verifyMessage(content);
    } catch {
      return; // the signature is not that of the author it names: no reader should see it
    }
    this.#events.said(message);
  }

  /** While this tab has no neighbor, asks again for the hubs, which may have moved. */
  async #stayConnected(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      if (this.#topic.neighbors().length > 0) continue;
      const { tickets } = await invitation().catch(() => ({ tickets: [] }));
      if (tickets.length > 0) await this.#topic.joinPeers(tickets.map(parseTicket));
    }
  }
}

async function invitation(): Promise<Invitation> {
  const response = await fetch('./grapevine.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`the server has no invitation (status ${response.status})`);
  return (await response.json()) as Invitation;
}
