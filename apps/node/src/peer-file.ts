import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatTicket, type TopicId } from '@grapevine/api';
import { writeAtomically } from '@grapevine/cli-kit';
import type { EndpointAddr, Logger } from '@grapevine/net';
import { parseTicket } from '@grapevine/net';

/** Peers kept for each topic, the latest first. */
const MAX_PEERS = 32;
const FORMAT = 'grapevine peers 1';

/** Peers that were neighbors, by topic, in a file: the way back in after a restart. */
export class PeerFile {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #topics: Map<TopicId, string[]>;

  constructor(folder: string, logger: Logger) {
    this.#path = join(folder, 'peers.json');
    this.#logger = logger;
    this.#topics = this.#load();
  }

  /** Tickets of the peers that were neighbors in a topic. */
  of(topic: TopicId): readonly string[] {
    return this.#topics.get(topic) ?? [];
  }

  /** Peers are neighbors now. Those without a known address can't be found again and are not kept. */
  remember(topic: TopicId, peers: readonly EndpointAddr[]): void {
    const tickets = peers.filter(({ addrs }) => addrs.length > 0).map(formatTicket);
    if (tickets.length === 0) return;
    const ids = new Set(peers.map(({ id }) => id));
    const others = this.of(topic).filter((ticket) => !ids.has(parseTicket(ticket).id));
    this.#topics.set(topic, [...tickets, ...others].slice(0, MAX_PEERS));
  }

  /** Writes the file. A disk that is full costs the file's news, not the node. */
  save(): void {
    const content = { format: FORMAT, topics: Object.fromEntries(this.#topics) };
    try {
      writeAtomically(this.#path, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
    } catch (error) {
      this.#logger.warn(
        { path: this.#path, error: String(error) },
        'known peers could not be saved; trying again later',
      );
    }
  }

  #load(): Map<TopicId, string[]> {
    try {
      const { format, topics } = JSON.parse(readFileSync(this.#path, 'utf8')) as {
        format?: unknown;
        topics?: Record<string, string[]>;
      };
      if (format !== FORMAT || topics === undefined) throw new Error(`not in the format "${FORMAT}"`);
      for (const ticket of Object.values(topics).flat()) parseTicket(ticket);
      return new Map(Object.entries(topics) as [TopicId, string[]][]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#logger.warn(
          { path: this.#path, error: String(error) },
          'known peers could not be read; starting without',
        );
      }
      return new Map();
    }
  }
}
