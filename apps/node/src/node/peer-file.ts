import { join } from 'node:path';
import { formatTicket, type TopicId } from '@grapevine/api';
import type { EndpointAddr, Logger } from '@grapevine/net';
import { parseTicket } from '@grapevine/net';
import { KeptFile } from './kept-file.js';

/** Peers kept for each topic, the latest first. */
const MAX_PEERS = 32;

/** Peers that were neighbors, by topic, in a file: the way back in after a restart. */
export class PeerFile {
  readonly #file: KeptFile;
  readonly #logger: Logger;
  readonly #topics: Map<TopicId, string[]>;

  constructor(folder: string, logger: Logger) {
    this.#logger = logger;
    this.#file = new KeptFile(join(folder, 'peers.json'), { what: 'known peers', format: 'grapevine peers 1', logger });
    this.#topics = this.#file.load(readTopics) ?? new Map();
  }

  /** Tickets of the peers that were neighbors in a topic. */
  of(topic: TopicId): readonly string[] {
    return this.#topics.get(topic) ?? [];
  }

  /** Peers are neighbors now, or said to be in the topic. Those without a known address can't be found again and are not kept. */
  remember(topic: TopicId, peers: readonly EndpointAddr[]): void {
    const tickets = peers.filter(({ addrs }) => addrs.length > 0).map(formatTicket);
    if (tickets.length === 0) return;
    const ids = new Set(peers.map(({ id }) => id));
    const others = this.of(topic).filter((ticket) => !ids.has(parseTicket(ticket).id));
    this.#topics.set(topic, [...tickets, ...others].slice(0, MAX_PEERS));
  }

  /** A topic is left for good. */
  forget(topic: TopicId): void {
    this.#topics.delete(topic);
  }

  /** Writes the file. A disk that is full costs the file's news, not the node. */
  save(): void {
    try {
      this.#file.save({ topics: Object.fromEntries(this.#topics) });
    } catch (error) {
      this.#logger.warn(
        { path: this.#file.path, error: String(error) },
        'known peers could not be saved; trying again later',
      );
    }
  }
}

function readTopics({ topics }: { readonly topics?: unknown }): Map<TopicId, string[]> {
  const found = Object.entries(topics as Record<TopicId, string[]>) as [TopicId, string[]][];
  for (const ticket of found.flatMap(([, tickets]) => tickets)) parseTicket(ticket);
  return new Map(found);
}
