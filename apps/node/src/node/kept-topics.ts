import { join } from 'node:path';
import { type RoomTicket, type TopicId, topicIdFrom } from '@grapevine/api';
import { type EndpointAddr, formatTicket, type Logger, parseTicket } from '@grapevine/net';
import type { OwnTopics } from '@grapevine/rpc';
import { KeptFile } from './kept-file.js';
import { KeptTopic, type TopicHost } from './kept-topic.js';

/** The most topics that a node takes part in by itself: far more than anybody needs, and few enough for its memory. */
const MAX_TOPICS = 1_024;

/** Peers that are kept for each, as the client has named them: the user's word, which nobody has proven. */
const MAX_NAMED = 32;

/** What the node's topics need. */
export interface KeptTopicsOptions extends TopicHost {
  /** Where topics that clients had it enter are kept. */
  readonly folder: string;
  readonly logger: Logger;
}

/**
 * The topics that a node takes part in by itself: those of its settings, and those that clients had it enter. The latter are on the
 * disk before anybody is told that they are entered, and are entered again after a restart.
 */
export class KeptTopics implements OwnTopics {
  readonly #options: KeptTopicsOptions;
  readonly #file: KeptFile;
  readonly #topics = new Map<TopicId, KeptTopic>();
  /** Those of the file, each with tickets of the peers that were named for it. */
  readonly #asked: Map<TopicId, readonly string[]>;
  /** One change at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: KeptTopicsOptions) {
    const { folder, logger } = options;
    this.#options = options;
    this.#file = new KeptFile(join(folder, 'topics.json'), {
      what: 'topics that were entered by remote control',
      format: 'grapevine topics 1',
      logger,
    });
    this.#asked = this.#file.load(readAsked) ?? new Map();
  }

  /** Enters the topics of the settings, and those of the last time. */
  async start(rooms: readonly RoomTicket[], peers: readonly string[]): Promise<void> {
    for (const [topic, inRoom] of peersByTopic(rooms)) {
      await this.#enter(topic, [...inRoom, ...peers, ...(this.#asked.get(topic) ?? [])]);
    }
    for (const [topic, named] of this.#asked) if (!this.#topics.has(topic)) await this.#enter(topic, named);
  }

  /** Topics in which the node looks for somebody and has found nobody yet. */
  waiting(): TopicId[] {
    return [...this.#topics.values()].filter((topic) => !topic.isReady).map(({ id }) => id);
  }

  has(topic: TopicId): boolean {
    return this.#topics.has(topic);
  }

  enter(topic: TopicId, peers: readonly EndpointAddr[]): Promise<boolean> {
    return this.#inTurn(async () => {
      const known = this.#topics.get(topic);
      if (known) {
        if (peers.length > 0) await this.#keep(topic, peers);
        await known.join(peers);
        return false;
      }
      if (this.#topics.size >= MAX_TOPICS) {
        throw await refused(`the node is in ${MAX_TOPICS} topics, as many as it takes: leave one first`);
      }
      await this.#keep(topic, peers);
      await this.#enter(topic, peers);
      return true;
    });
  }

  leave(topic: TopicId): Promise<boolean> {
    return this.#inTurn(async () => {
      const known = this.#topics.get(topic);
      if (!known) return false;
      await this.#save(new Map([...this.#asked].filter(([id]) => id !== topic)));
      this.#asked.delete(topic);
      this.#topics.delete(topic);
      known.leave();
      this.#options.peers.forget(topic);
      await this.#options.peers.save();
      this.#options.logger.info({ topic }, 'left topic');
      return true;
    });
  }

  async #enter(topic: TopicId, peers: readonly (EndpointAddr | string)[]): Promise<void> {
    this.#topics.set(topic, await KeptTopic.enter(this.#options, topic, peers));
    this.#options.logger.info({ topic }, 'entered topic');
  }

  /** A client has named these peers of a topic. Of those that were named earlier, the oldest go, and the ones that are somewhere else now. */
  async #keep(topic: TopicId, peers: readonly EndpointAddr[]): Promise<void> {
    const named = peers.filter(({ addrs }) => addrs.length > 0);
    const ids = new Set(named.map(({ id }) => id));
    const earlier = (this.#asked.get(topic) ?? []).filter((ticket) => !ids.has(parseTicket(ticket).id));
    const tickets = [...earlier, ...named.map(formatTicket)].slice(-MAX_NAMED);
    await this.#save(new Map([...this.#asked, [topic, tickets]]));
    this.#asked.set(topic, tickets);
  }

  /** @throws RpcRefusedError: what can't be kept over a restart is not promised */
  async #save(topics: ReadonlyMap<TopicId, readonly string[]>): Promise<void> {
    try {
      this.#file.save({ topics: [...topics.keys()], peers: Object.fromEntries(topics) });
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      this.#options.logger.warn({ path: this.#file.path, error: String(error) }, 'topics could not be saved');
      throw await refused(`the node can't write down which topics it is in (${code}), so it changes none`);
    }
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(change);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** What a client reads. As remote control has it, which is loaded only where it is used. */
async function refused(message: string): Promise<Error> {
  const { RpcRefusedError } = await import('@grapevine/rpc');
  return new RpcRefusedError('failed', message);
}

/** Several tickets may be of one room. */
function peersByTopic(rooms: readonly RoomTicket[]): Map<TopicId, EndpointAddr[]> {
  const peers = new Map<TopicId, EndpointAddr[]>();
  for (const { topic, peers: more } of rooms) peers.set(topic, [...(peers.get(topic) ?? []), ...more]);
  return peers;
}

/** What earlier versions have written has no peers. */
function readAsked({ topics, peers = {} }: { readonly topics?: unknown; readonly peers?: unknown }) {
  const named = peers as Readonly<Record<string, readonly string[]>>;
  return new Map((topics as string[]).map((text) => [topicIdFrom(text), readTickets(named[text] ?? [])] as const));
}

/** @throws ParseError, TypeError for what is no list of tickets */
function readTickets(tickets: readonly string[]): readonly string[] {
  for (const ticket of tickets) parseTicket(ticket);
  return tickets;
}
