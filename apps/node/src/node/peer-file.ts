import { join } from 'node:path';
import { formatTicket, type TopicId } from '@grapevine/api';
import {
  type Clock,
  type ClockTimer,
  type EndpointAddr,
  type Logger,
  parseTicket,
  sourceOf,
  systemClock,
} from '@grapevine/net';
import { KeptFile } from './kept-file.js';

/** Peers kept for each topic, the latest first. Of more, the oldest of the host with the most goes. */
const MAX_PEERS = 32;

/** The file is written at most this often, in milliseconds: peers that come and go cost the disk no more than this. */
const SAVE_INTERVAL_MS = 1_000;

/** Peers that were neighbors, by topic, in a file: the way back in after a restart. */
export class PeerFile {
  readonly #file: KeptFile;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #topics: Map<TopicId, readonly EndpointAddr[]>;
  #soon: ClockTimer | undefined;
  #savedAt = Number.NEGATIVE_INFINITY;
  /** The write under way, and the one that follows it. */
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(folder: string, logger: Logger, clock = systemClock) {
    this.#logger = logger;
    this.#clock = clock;
    this.#file = new KeptFile(join(folder, 'peers.json'), { what: 'known peers', format: 'grapevine peers 1', logger });
    this.#topics = this.#file.load(readTopics) ?? new Map();
  }

  /** Tickets of the peers that were neighbors in a topic. */
  of(topic: TopicId): readonly string[] {
    return (this.#topics.get(topic) ?? []).map(formatTicket);
  }

  /**
   * Peers are neighbors now. Those without a known address can't be found again and are not kept.
   *
   * @param peers with addresses that a connection has proven: whatever stands in the file is trusted after a restart. What the user says of a
   *   topic stands with the topic (`KeptTopics`)
   */
  remember(topic: TopicId, peers: readonly EndpointAddr[]): void {
    const known = peers.filter(({ addrs }) => addrs.length > 0);
    if (known.length === 0) return;
    const ids = new Set(peers.map(({ id }) => id));
    const kept = [...known, ...(this.#topics.get(topic) ?? []).filter(({ id }) => !ids.has(id))];
    while (kept.length > MAX_PEERS) kept.splice(worthLeast(kept), 1);
    this.#topics.set(topic, kept);
  }

  /** A topic is left for good. */
  forget(topic: TopicId): void {
    this.#topics.delete(topic);
  }

  /** Writes the file: at once, or a second after the last time. A crash costs what has changed until then. */
  saveSoon(): void {
    this.#soon ??= this.#clock.setTimer(
      () => {
        this.#soon = undefined;
        void this.save();
      },
      this.#savedAt + SAVE_INTERVAL_MS - this.#clock.now(),
    );
  }

  /** Writes the file. A full disk costs the latest changes, not the node. @returns when what is known now is on the disk, or that has failed */
  save(): Promise<void> {
    this.#next ??= (this.#writing ?? Promise.resolve()).then(() => {
      this.#writing = this.#next;
      this.#next = undefined;
      return this.#write();
    });
    return this.#next;
  }

  /** Writes the file one last time. */
  close(): Promise<void> {
    this.#soon?.cancel();
    this.#soon = undefined;
    return this.save();
  }

  async #write(): Promise<void> {
    this.#savedAt = this.#clock.now();
    const topics = Object.fromEntries(Array.from(this.#topics.keys(), (topic) => [topic, this.of(topic)]));
    try {
      await this.#file.saveAsync({ topics });
    } catch (error) {
      this.#logger.warn(
        { path: this.#file.path, error: String(error) },
        'known peers could not be saved; trying again later',
      );
    }
  }
}

/** The place of the oldest entry of the host with the most: one host with many keys pushes out its own. */
function worthLeast(peers: readonly EndpointAddr[]): number {
  const hosts = peers.map(({ addrs, id }) => sourceOf(addrs.find(({ type }) => type === 'ip')) ?? id);
  const counts = new Map<string, number>();
  for (const host of hosts) counts.set(host, (counts.get(host) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return hosts.findLastIndex((host) => counts.get(host) === most);
}

function readTopics({ topics }: { readonly topics?: unknown }): Map<TopicId, readonly EndpointAddr[]> {
  const found = Object.entries(topics as Record<TopicId, string[]>) as [TopicId, string[]][];
  return new Map(found.map(([topic, tickets]) => [topic, tickets.map(parseTicket)]));
}
