import { isIP } from 'node:net';
import { type EndpointAddr, type EndpointId, type Logger, type PeerSource, silentLogger } from '@grapevine/net';
import {
  aLogger,
  anEndpointId,
  anInteger,
  anObjectWith,
  aString,
  type Checks,
  checkOptions,
  describe,
} from '@grapevine/net/transport';
import type { TopicId } from '@grapevine/proto';
import createMdns, { type MulticastDNS, type QueryPacket, type ResponsePacket } from 'multicast-dns';
import { Members } from './members.js';
import { topicService } from './names.js';
import { announcement, GOODBYE_S, readAnnouncements, TTL_S } from './records.js';

/** How long a question waits for the first answer. */
const PATIENCE_MS = 1_000;
/** Answers to the same question, and announcements, are this far apart at least: RFC 6762, section 6. */
const MIN_INTERVAL_MS = 1_000;
const MDNS_PORT = 5353;

/** How to look around the local network. */
export interface MdnsOptions {
  /** Who we are and where: `Endpoint` of `@grapevine/net/quic` fits. */
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
 * Finds peers of a topic on the local network, and is found there: multicast DNS (RFC 6762) with service discovery (RFC 6763).
 *
 * Everybody on the network hears our id, our addresses, and a hash of each topic that we are in.
 *
 * @example
 * ```ts
 * const mdns = await MdnsPeerSource.start({ endpoint });
 * const gossip = Gossip.spawn(endpoint, { peerSources: [mdns] });
 * ```
 */
export class MdnsPeerSource implements PeerSource, AsyncDisposable {
  readonly #endpoint: MdnsOptions['endpoint'];
  readonly #logger: Logger;
  readonly #mdns: MulticastDNS;
  readonly #members = new Members();
  readonly #entered = new Set<TopicId>();
  readonly #waiting = new Set<() => void>();
  #announcing: NodeJS.Timeout | undefined;
  #announcedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  private constructor({ endpoint, logger = silentLogger }: MdnsOptions, mdns: MulticastDNS) {
    this.#endpoint = endpoint;
    this.#logger = logger;
    this.#mdns = mdns;
    mdns.on('query', (query) => this.#asked(query));
    mdns.on('response', (response) => this.#heard(response));
    // Packets of others that nobody understands, and networks that come and go.
    mdns.on('warning', (error) => logger.debug({ error: String(error) }, 'mDNS'));
    mdns.on('error', (error) => logger.warn({ error: String(error) }, 'mDNS'));
  }

  /** @throws Error when the port can't be had; TypeError, RangeError that name the option */
  static async start(options: MdnsOptions): Promise<MdnsPeerSource> {
    checkOptions('MdnsPeerSource.start', options, CHECKS);
    CHECKS.endpoint('endpoint', options?.endpoint); // the one that must be there
    const { port = MDNS_PORT } = options;
    // Bound to all addresses: what is sent to a group is not for the address of an interface.
    const settings = {
      port,
      bind: '0.0.0.0',
      loopback: true,
      ...(options.interface && { interface: options.interface }),
    };
    const mdns = createMdns(settings);
    await new Promise<void>((resolve, reject) => {
      mdns.once('ready', resolve);
      mdns.on('error', reject); // it comes twice when the port is taken
    }).catch((error) => {
      mdns.destroy();
      throw error;
    });
    return new MdnsPeerSource(options, mdns);
  }

  async find(topic: TopicId, { signal }: { readonly signal: AbortSignal }): Promise<readonly EndpointAddr[]> {
    if (this.#closed) return [];
    this.#members.watch(topic);
    this.#mdns.query([{ name: topicService(topic), type: 'PTR' }]);
    if (this.#known(topic).length === 0) await this.#answer(topic, signal);
    const known = this.#known(topic);
    if (!this.#entered.has(topic)) this.#members.forget(topic);
    return known;
  }

  entered(topic: TopicId): void {
    this.#entered.add(topic);
    this.#members.watch(topic);
    this.#announce();
  }

  left(topic: TopicId): void {
    this.#entered.delete(topic);
    this.#members.forget(topic);
    if (!this.#closed) this.#say([topic], GOODBYE_S);
  }

  /** Says goodbye and frees the socket. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#announcing);
    for (const wake of this.#waiting) wake();
    if (this.#entered.size > 0) {
      await new Promise<void>((resolve) => {
        this.#mdns.respond(announcement(this.#endpoint.addr(), [...this.#entered], GOODBYE_S), () => resolve());
      });
    }
    await new Promise<void>((resolve) => this.#mdns.destroy(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Everybody but ourselves. */
  #known(topic: TopicId): EndpointAddr[] {
    return this.#members.of(topic, performance.now()).filter(({ id }) => id !== this.#endpoint.id);
  }

  /** Settles when somebody is known in a topic, or has not been found in time. */
  #answer(topic: TopicId, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!signal.aborted && !this.#closed && this.#known(topic).length === 0) return;
        done();
      };
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(done, PATIENCE_MS);
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.add(look);
      look();
    });
  }

  #asked({ questions = [] }: QueryPacket): void {
    const names = new Set(questions.filter(({ type }) => type === 'PTR').map(({ name }) => name));
    for (const topic of this.#entered) if (names.has(topicService(topic))) return this.#announce();
  }

  #heard({ answers = [], additionals = [] }: ResponsePacket): void {
    const now = performance.now();
    for (const announced of readAnnouncements([...answers, ...additionals], this.#members.topics)) {
      this.#members.note(announced, now);
    }
    for (const look of this.#waiting) look();
  }

  /** Tells all that we are in, once for however many ask within the interval. */
  #announce(): void {
    if (this.#announcing !== undefined || this.#closed) return;
    const wait = Math.max(0, this.#announcedAt + MIN_INTERVAL_MS - performance.now());
    this.#announcing = setTimeout(() => {
      this.#announcing = undefined;
      this.#announcedAt = performance.now();
      this.#say([...this.#entered], TTL_S);
    }, wait);
  }

  #say(topics: readonly TopicId[], ttl: number): void {
    if (topics.length === 0) return;
    this.#mdns.respond(announcement(this.#endpoint.addr(), topics, ttl), (error) => {
      if (error) this.#logger.debug({ error: String(error) }, 'mDNS could not send');
    });
  }
}
