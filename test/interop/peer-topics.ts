import { setTimeout } from 'node:timers/promises';
import { type PeerLine, PeerProcess, type PeerProgram } from './peer-process.js';
import type { TallySummary } from './tally.js';

/** A payload that a process received. */
export interface PeerReceived {
  /** BLAKE3 of the content, in hex. */
  readonly hash: string;
  readonly length: number;
  /** Only up to the size that the option `showUpTo` allows. */
  readonly content: Buffer | undefined;
  /** The neighbor that passed it on. */
  readonly from: string;
  readonly scope: 'swarm' | 'neighbors';
}

/** What `broadcastMany` sends: `count` payloads, the sizes in turn. `payload` in tally.ts makes the same ones. */
export interface ManyOptions {
  readonly count: number;
  readonly seed: number;
  readonly sizes: readonly number[];
  /** Between two payloads, in milliseconds. Default 0. */
  readonly pauseMs?: number;
}

/** What a process has reported about a topic so far. */
export interface PeerTopicState {
  readonly neighbors: ReadonlySet<string>;
  /** Everything received, in order, duplicates included. */
  readonly received: readonly PeerReceived[];
  /** How often a peer became a neighbor, and how often one was lost. */
  readonly ups: number;
  readonly downs: number;
  /** How often the process was too slow for its events. */
  readonly lagged: number;
  /** Why the stream of events ended; undefined while it goes on, null when it ended without error. */
  readonly closed: string | null | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface State extends Mutable<PeerTopicState> {
  readonly neighbors: Set<string>;
  readonly received: PeerReceived[];
}

/**
 * The commands about topics, which nodes of both languages and a remote control share. Peers are named by ticket (`endpoint…`, or a chat
 * ticket) or by bare id.
 */
export class PeerTopics {
  readonly process: PeerProcess;
  readonly #topics = new Map<string, State>();
  #ready: PeerLine | undefined;

  constructor(program: PeerProgram) {
    this.process = new PeerProcess(program, (event) => {
      if (event.event === 'ready') this.#ready = event;
      else if (typeof event.topic === 'string') note(this.#state(event.topic), event);
    });
  }

  /** Waits until it takes commands. */
  async untilReady(): Promise<this> {
    await this.process.until('its first line', () => this.#ready);
    return this;
  }

  /** A field of its ready line. */
  protected said<T>(field: string): T {
    if (this.#ready === undefined) throw new Error(`${this.process.label} is not ready yet`);
    return this.#ready[field] as T;
  }

  /** Neighbors, payloads and counts by its events so far. The object is updated with each event. */
  topic(topic: string): PeerTopicState {
    return this.#state(topic);
  }

  /** Joins without waiting for a neighbor. */
  async join(topic: string, ...peers: readonly string[]): Promise<void> {
    await this.process.command('join', topic, ...peers);
  }

  /** Adds peers to a joined topic. */
  async joinPeers(topic: string, ...peers: readonly string[]): Promise<void> {
    await this.process.command('join-peers', topic, ...peers);
  }

  /** Publishes text (one line) or bytes to the swarm. @returns the BLAKE3 hash of the payload, in hex */
  async broadcast(topic: string, content: string | Uint8Array): Promise<string> {
    const { hash } = await (typeof content === 'string'
      ? this.process.command('broadcast', topic, content)
      : this.process.command('broadcast-hex', topic, Buffer.from(content).toString('hex')));
    return hash as string;
  }

  /** Publishes a line of text to the direct neighbors only. */
  async broadcastNeighbors(topic: string, text: string): Promise<string> {
    return (await this.process.command('broadcast-neighbors', topic, text)).hash as string;
  }

  /** Publishes many payloads; resolves when all are handed over. @returns the tally of what was sent */
  async broadcastMany(topic: string, options: ManyOptions): Promise<TallySummary> {
    const { count, seed, sizes, pauseMs = 0 } = options;
    const text = `broadcast-many ${topic} ${count} ${seed} ${sizes.join(',')} ${pauseMs}`;
    return summary(await this.process.request(text, 60_000 + 2 * count * pauseMs));
  }

  /** The process's own tally of what it received. */
  async received(topic: string): Promise<TallySummary> {
    return summary(await this.process.command('received', topic));
  }

  /** Drops its sending half. The topic is left when the reading half is gone, too. */
  async stopSending(topic: string): Promise<void> {
    await this.process.command('stop-sending', topic);
  }

  /** Drops its reading half. */
  async stopReading(topic: string): Promise<void> {
    await this.process.command('stop-reading', topic);
  }

  async leave(topic: string): Promise<void> {
    await this.process.command('leave', topic);
    this.#topics.delete(topic);
  }

  /** Waits until it has a neighbor in the topic: any, or those with these ids. */
  async untilNeighbors(topic: string, ...ids: readonly string[]): Promise<void> {
    const state = this.#state(topic);
    const what = ids.length === 0 ? 'a neighbor' : `these neighbors: ${ids.join(', ')}`;
    await this.process.until(what, () =>
      ids.length === 0 ? state.neighbors.size > 0 : ids.every((id) => state.neighbors.has(id)),
    );
  }

  /** Waits until this peer is no neighbor (any more). */
  async untilNotNeighbor(topic: string, id: string, timeoutMs?: number): Promise<void> {
    const state = this.#state(topic);
    await this.process.until(`the end of neighbor ${id}`, () => !state.neighbors.has(id), timeoutMs);
  }

  /**
   * Waits until its neighbors have not changed for a while. Messages that are published while neighbors change can miss a member
   * for good, also among Rust nodes alone: one that is under way to a neighbor that is replaced at that moment is not announced.
   * Tests that count every message wait for this first, on every node.
   */
  async untilSettled(topic: string, quietMs = 1_000): Promise<void> {
    const state = this.#state(topic);
    for (let seen = -1; seen !== state.ups + state.downs; ) {
      seen = state.ups + state.downs;
      await setTimeout(quietMs);
    }
  }

  /** Waits until `count` different payloads have come in. */
  async untilReceived(topic: string, count: number, timeoutMs?: number): Promise<void> {
    const state = this.#state(topic);
    const different = () => new Set(state.received.map(({ hash }) => hash)).size;
    await this.process.until(
      `${count} different payloads`,
      () => state.received.length >= count && different() >= count,
      timeoutMs,
    );
  }

  /** Waits for a payload with this content, unless it has come already. */
  async untilContent(topic: string, content: string | Uint8Array): Promise<PeerReceived> {
    const state = this.#state(topic);
    const wanted = Buffer.from(content);
    return await this.process.until(`the payload ${JSON.stringify(wanted.toString().slice(0, 100))}`, () =>
      state.received.find((message) => message.content?.equals(wanted)),
    );
  }

  /** Leaves its topics, tells the neighbors, and ends. */
  async quit(): Promise<void> {
    await this.process.command('quit');
    await this.process.end();
  }

  #state(topic: string): State {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const state: State = { neighbors: new Set(), received: [], ups: 0, downs: 0, lagged: 0, closed: undefined };
    this.#topics.set(topic, state);
    return state;
  }
}

function note(state: State, event: PeerLine): void {
  switch (event.event) {
    case 'neighborUp':
      state.neighbors.add(event.peer as string);
      state.ups++;
      break;
    case 'neighborDown':
      state.neighbors.delete(event.peer as string);
      state.downs++;
      break;
    case 'received':
      state.received.push({
        hash: event.hash as string,
        length: event.length as number,
        content: typeof event.content === 'string' ? Buffer.from(event.content, 'hex') : undefined,
        from: event.from as string,
        scope: event.scope as 'swarm' | 'neighbors',
      });
      break;
    case 'lagged':
      state.lagged++;
      break;
    case 'closed':
      state.closed = event.reason as string | null;
      break;
  }
}

function summary({ count, xor, bytes, duplicates }: PeerLine): TallySummary {
  return { count, xor, bytes, duplicates } as TallySummary;
}
