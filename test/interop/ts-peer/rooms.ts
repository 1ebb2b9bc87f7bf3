import { setTimeout } from 'node:timers/promises';
import type { Gossip, GossipEvent, GossipReceiver, GossipSender, TopicId } from '@grapevine/api';
import { defaultHash, topicId } from '@grapevine/proto';
import { payload, Tally } from '../tally.js';
import { emit } from './output.js';

/** How many events may wait for this process. Beyond that it gets `lagged`, as in Rust. */
const QUEUE = 100_000;

interface Room {
  readonly sender: GossipSender;
  readonly receiver: GossipReceiver;
  readonly tally: Tally;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The commands about topics. */
export class Rooms {
  readonly #gossip: Gossip;
  readonly #showUpTo: number;
  readonly #rooms = new Map<TopicId, Room>();

  /** @param showUpTo - events show contents of up to this many bytes */
  constructor(gossip: Gossip, showUpTo: number) {
    this.#gossip = gossip;
    this.#showUpTo = showUpTo;
  }

  async obey(verb: string, [topic = '', ...words]: readonly string[]): Promise<object> {
    const id = topicId(topic);
    switch (verb) {
      case 'join':
        return this.#join(id, words);
      case 'join-peers':
        await this.#room(id).sender.joinPeers(words);
        return {};
      case 'broadcast':
        return this.#broadcast(id, Buffer.from(words.join(' ')));
      case 'broadcast-hex':
        return this.#broadcast(id, Buffer.from(words.join(''), 'hex'));
      case 'broadcast-neighbors': {
        const content = Buffer.from(words.join(' '));
        await this.#room(id).sender.broadcastNeighbors(content);
        return { hash: hex(defaultHash(content)) };
      }
      case 'broadcast-many':
        return this.#broadcastMany(id, words);
      case 'neighbors':
        return { neighbors: this.#room(id).receiver.neighbors() };
      case 'received':
        return this.#room(id).tally.summary();
      case 'views':
        return this.#views(id);
      case 'stop-sending':
        this.#room(id).sender.close();
        return {};
      case 'stop-reading':
        this.#room(id).receiver.close();
        return {};
      case 'leave':
        this.#room(id).sender.close();
        this.#room(id).receiver.close();
        this.#rooms.delete(id);
        return {};
      default:
        throw new Error(`unknown command ${JSON.stringify(verb)}`);
    }
  }

  async #join(id: TopicId, peers: readonly string[]): Promise<object> {
    if (this.#rooms.has(id)) throw new Error('already joined; use join-peers, or leave first');
    const bootstrap = peers.filter((word) => word !== '');
    const halves = (await this.#gossip.subscribe(id, { bootstrap, queueCapacity: QUEUE })).split();
    const room = { ...halves, tally: new Tally() };
    this.#rooms.set(id, room);
    void this.#listen(id, room);
    return {};
  }

  async #broadcast(id: TopicId, content: Uint8Array): Promise<object> {
    await this.#room(id).sender.broadcast(content);
    return { hash: hex(defaultHash(content)) };
  }

  /** `COUNT SEED SIZE[,SIZE…] [PAUSE_MS]` */
  async #broadcastMany(id: TopicId, [count, seed, list = '', pause = '0']: readonly string[]): Promise<object> {
    const { sender } = this.#room(id);
    const sizes = list.split(',').map(Number);
    const sent = new Tally();
    for (let index = 0; index < Number(count); index++) {
      const content = payload(Number(seed), index, sizes[index % sizes.length] as number);
      sent.add(content);
      await sender.broadcast(content);
      if (Number(pause) > 0) await setTimeout(Number(pause));
    }
    return sent.summary();
  }

  async #views(id: TopicId): Promise<object> {
    const { topics } = await this.#gossip.snapshot();
    const { activeView = [], passiveView = [] } = topics.find((topic) => topic.id === id) ?? {};
    return { active: activeView, passive: passiveView };
  }

  #room(id: TopicId): Room {
    const room = this.#rooms.get(id);
    if (!room) throw new Error('not joined');
    return room;
  }

  async #listen(topic: TopicId, { receiver, tally }: Room): Promise<void> {
    for await (const event of receiver) emit({ topic, ...this.#note(event, tally) });
    emit({ event: 'closed', topic, reason: null });
  }

  /** Counts an event. @returns its line */
  #note(event: GossipEvent, tally: Tally): Readonly<Record<string, unknown>> {
    switch (event.type) {
      case 'neighborUp':
      case 'neighborDown':
        return { event: event.type, peer: event.peer };
      case 'received': {
        const { content, deliveredFrom, scope } = event;
        tally.add(content);
        return {
          event: 'received',
          from: deliveredFrom,
          scope: scope.type,
          length: content.length,
          hash: hex(defaultHash(content)),
          ...(content.length <= this.#showUpTo ? { content: hex(content) } : {}),
        };
      }
      case 'lagged':
        return { event: 'lagged' };
    }
  }
}
