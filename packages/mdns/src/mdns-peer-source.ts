import { isIP } from 'node:net';
import { type EndpointAddr, type EndpointId, type Logger, type PeerSource, silentLogger } from '@grapevine/net';
import {
  aLogger,
  anEndpointId,
  anInteger,
  anObjectWith,
  aString,
  aTopicId,
  type Checks,
  checkOptions,
  describe,
} from '@grapevine/net/transport';
import type { TopicId } from '@grapevine/proto';
import type { QueryPacket, ResponsePacket } from 'multicast-dns';
import { Interfaces } from './interfaces.js';
import { Members } from './members.js';
import { topicService } from './names.js';
import { Outbox } from './outbox.js';
import { announcements, GOODBYE_S, goodbye, questions, readAnnouncements, readGoodbyes, TTL_S } from './records.js';

/** How long a question waits for its first answer after it was sent, in milliseconds. */
const PATIENCE_MS = 1_000;
const MDNS_PORT = 5353;

/** How to look for peers on the local network. */
export interface MdnsOptions {
  /** Our id and addresses: an `Endpoint` of `@grapevine/net/quic`, say. */
  readonly endpoint: { readonly id: EndpointId; addr(): EndpointAddr };
  /** An address of the one interface to use, such as `192.168.1.5`. Default: all of them. */
  readonly interface?: string | undefined;
  /** Default 5353, the port of multicast DNS. */
  readonly port?: number | undefined;
  readonly logger?: Logger | undefined;
}

const CHECKS: Checks<MdnsOptions> = {
  endpoint: (name, value) => {
    anObjectWith('an Endpoint', 'addr')(name, value);
    anEndpointId(`${name}.id`, (value as { id?: unknown }).id);
  },
  interface: (name, value) => {
    aString(name, value);
    if (isIP(value as string) === 0) throw new RangeError(`${name} must be an IP address, got ${describe(value)}`);
  },
  port: anInteger(1, 65_535),
  logger: aLogger,
};

/**
 * Finds peers of a topic on the local network, and lets them find us: multicast DNS (RFC 6762) with service discovery (RFC 6763).
 *
 * Everybody on the network can read our id, our addresses, and a hash of each topic that we are in.
 *
 * @example
 * ```ts
 * const mdns = await MdnsPeerSource.start({ endpoint });
 * const gossip = Gossip.spawn(endpoint, { peerSources: [mdns] });
 * ```
 */
export class MdnsPeerSource implements PeerSource, AsyncDisposable {
  readonly #endpoint: MdnsOptions['endpoint'];
  readonly #members = new Members();
  /** The topics that we are in, by the services under which others ask for them. */
  readonly #entered = new Map<string, TopicId>();
  readonly #waiting = new Set<() => void>();
  readonly #outbox: Outbox;
  #interfaces: Interfaces | undefined;

  private constructor({ endpoint }: MdnsOptions) {
    this.#endpoint = endpoint;
    this.#outbox = new Outbox({
      ask: (topics) => {
        const packets = questions(topics);
        for (const packet of packets) this.#interfaces?.ask(packet);
        return packets.length;
      },
      announce: (topics) => this.#say(topics, TTL_S),
    });
  }

  /** @throws Error when the port can't be bound on any interface; TypeError, RangeError that name the option */
  static async start(options: MdnsOptions): Promise<MdnsPeerSource> {
    checkOptions('MdnsPeerSource.start', options, CHECKS);
    CHECKS.endpoint('endpoint', options?.endpoint); // the one that must be there
    const source = new MdnsPeerSource(options);
    source.#interfaces = await Interfaces.open({
      port: options.port ?? MDNS_PORT,
      only: options.interface,
      logger: options.logger ?? silentLogger,
      listener: { query: (query) => source.#asked(query), response: (response) => source.#heard(response) },
    });
    return source;
  }

  async find(topic: TopicId, { signal }: { readonly signal: AbortSignal }): Promise<readonly EndpointAddr[]> {
    aTopicId('topic', topic);
    if (this.#isClosed) return [];
    this.#members.watch(topic);
    await this.#answer(topic, signal);
    const known = this.#known(topic);
    if (!this.#isIn(topic)) this.#members.forget(topic);
    return known;
  }

  entered(topic: TopicId): void {
    aTopicId('topic', topic);
    if (this.#isClosed) return;
    this.#entered.set(topicService(topic), topic);
    this.#members.watch(topic);
    this.#outbox.announce(topic);
  }

  left(topic: TopicId): void {
    aTopicId('topic', topic);
    this.#entered.delete(topicService(topic));
    this.#members.forget(topic);
    this.#outbox.forget(topic);
    this.#say([topic], GOODBYE_S);
  }

  /** Sends the goodbye packet and frees the sockets. */
  async close(): Promise<void> {
    const interfaces = this.#interfaces;
    if (!interfaces) return;
    this.#interfaces = undefined;
    this.#outbox.close();
    for (const wake of this.#waiting) wake();
    if (this.#entered.size > 0) await interfaces.say(goodbye(this.#endpoint.addr()));
    await interfaces.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #isClosed(): boolean {
    return this.#interfaces === undefined;
  }

  #isIn(topic: TopicId): boolean {
    return this.#entered.has(topicService(topic));
  }

  /** Without ourselves. */
  #known(topic: TopicId): EndpointAddr[] {
    return this.#members.of(topic, performance.now()).filter(({ id }) => id !== this.#endpoint.id);
  }

  /** Asks; settles when a member of the topic is known, or the time is up. */
  #answer(topic: TopicId, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(look);
        resolve();
      };
      const look = (): void => {
        if (signal.aborted || this.#isClosed || this.#known(topic).length > 0) done();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.add(look);
      this.#outbox.ask(topic, () => {
        if (this.#waiting.has(look)) timer = setTimeout(done, PATIENCE_MS);
      });
      look();
    });
  }

  #asked({ questions: asked = [] }: QueryPacket): void {
    for (const { type, name } of asked) {
      const topic = type === 'PTR' ? this.#entered.get(name) : undefined;
      if (topic !== undefined) this.#outbox.announce(topic);
    }
  }

  #heard({ answers = [], additionals = [] }: ResponsePacket): void {
    const now = performance.now();
    const records = [...answers, ...additionals];
    const announced = readAnnouncements(records, this.#members.topicOf);
    for (const each of announced) this.#members.note(each, now);
    for (const id of readGoodbyes(records)) this.#members.left(id);
    if (announced.length > 0) for (const look of this.#waiting) look();
  }

  /** Announces that we are in some topics, or leave them. @returns the number of packets */
  #say(topics: readonly TopicId[], ttl: number): number {
    const packets = announcements(this.#endpoint.addr(), topics, ttl);
    for (const packet of packets) void this.#interfaces?.say(packet);
    return packets.length;
  }
}
