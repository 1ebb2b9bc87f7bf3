import { formatTicket, Gossip } from '@grapevine/api';
import { MdnsPeerSource } from '@grapevine/mdns';
import { gossipMetrics, processMetrics, serveMetrics } from '@grapevine/metrics';
import {
  BindError,
  deferred,
  type Endpoint,
  type EndpointCloseReason,
  formatSocketAddr,
  type Logger,
  Router,
  reachWarning,
} from '@grapevine/net';
import { Registry } from 'prom-client';
import type { RunSettings } from '../settings/run-settings.js';
import { watchLoop } from '../watchdog.js';
import { AllowList } from './allow-list.js';
import { Closers } from './closers.js';
import { lockFolder } from './folder-lock.js';
import { type Health, healthPages } from './health.js';
import { keptIdentity } from './identity.js';
import { KeptTopics } from './kept-topics.js';
import { PeerFile } from './peer-file.js';
import { serveControl } from './remote-control.js';
import { pingSystemd } from './systemd.js';
import { bindEndpoint } from './transport.js';
import { openWebHub, type WebHub } from './web-hub.js';

/** A node that stays up until it is told to end. */
export class RunningNode {
  readonly #settings: RunSettings;
  readonly #logger: Logger;
  readonly #registry = new Registry();
  readonly #metrics = gossipMetrics(this.#registry);
  readonly #closers = new Closers();
  readonly #failed = deferred<Error>();
  readonly #toldToStop = deferred<string>();
  readonly #health: { -readonly [K in keyof Health]: Health[K] } = { up: false, ending: false, failure: undefined };

  #allowed: AllowList | undefined;
  #gossip: Gossip | undefined;

  private constructor(settings: RunSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Starts everything that the settings ask for. @throws when something can't be had; nothing is left behind then */
  static async start(settings: RunSettings, logger: Logger): Promise<RunningNode> {
    const node = new RunningNode(settings, logger);
    try {
      await node.#start();
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  /** Settles when the node's endpoint is lost: the operating system has taken its socket away. */
  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  /** Settles when a client of remote control tells the node to stop. */
  get toldToStop(): Promise<string> {
    return this.#toldToStop.promise;
  }

  /** Reads the list of allowed peers again; peers that are not on it any more are dropped at once. */
  reload(): void {
    if (this.#allowed?.reload(this.#logger)) this.#gossip?.reviewPeers();
  }

  /** Leaves all topics in good order, saves what is known, and frees everything. */
  async stop(): Promise<void> {
    this.#health.ending = true;
    await this.#closers.close();
  }

  async #start(): Promise<void> {
    const { data, rooms, join, transport, bind, advertise, allow, web } = this.#settings;
    const logger = this.#logger;
    this.#closers.add(watchLoop(logger));
    this.#closers.add(pingSystemd(process.env, logger));
    if (allow !== undefined) this.#allowed = new AllowList(allow);
    this.#closers.add(await lockFolder(data, logger));
    const secretKey = keptIdentity(data);
    const peers = new PeerFile(data, logger);
    this.#closers.add(() => peers.close());
    const bound = await bindEndpoint(transport, { secretKey, address: bind, advertise, logger });
    this.#closers.add(() => bound.close());
    const hub = web && (await openWebHub(bound, web, { secretKey, logger }));
    const endpoint = hub?.endpoint ?? bound;
    this.#closers.add(() => endpoint.close());
    void endpoint.closed.then((reason) => this.#onClosed(reason));
    const gossip = await this.#spawnGossip(endpoint);
    this.#gossip = gossip;
    const own = new KeptTopics({ gossip, endpoint, peers, folder: data, logger });
    await this.#serveHttp(own);
    await own.start(rooms, join);
    await this.#serveControl(gossip, endpoint, own);
    if (hub) await this.#servePage(hub);
    this.#health.up = true;
    const addr = endpoint.addr();
    logger.info({ id: endpoint.id, ticket: formatTicket(addr) }, 'up');
    const warning = reachWarning(addr);
    if (warning !== undefined) logger.warn({ settings: 'bind, advertise' }, warning);
  }

  async #spawnGossip(endpoint: Endpoint): Promise<Gossip> {
    const { mdns, shareAddresses } = this.#settings;
    const logger = this.#logger;
    const peerSources: MdnsPeerSource[] = [];
    if (mdns) {
      const source = await MdnsPeerSource.start({ endpoint, logger });
      this.#closers.add(() => source.close());
      peerSources.push(source);
    }
    const gossip = Gossip.spawn(endpoint, {
      logger,
      metrics: this.#metrics,
      shareAddresses,
      peerSources,
      ...(this.#allowed && { allowPeer: (_topic, peer) => this.#allowed?.has(peer) === true }),
    });
    const router = new Router(endpoint, { logger }).accept(Gossip.ALPN, gossip).spawn();
    this.#closers.add(() => router.shutdown());
    return gossip;
  }

  async #serveHttp(own: KeptTopics): Promise<void> {
    const { http } = this.#settings;
    if (http === undefined) return;
    processMetrics(this.#registry);
    const server = await serveMetrics({
      registry: this.#registry,
      host: http.host,
      port: http.port,
      pages: healthPages(() => ({ ...this.#health, topicsWithoutNeighbor: own.waiting() })),
    }).catch((error: Error) => {
      throw new BindError(formatSocketAddr(http), error);
    });
    this.#closers.add(() => server.close());
    this.#logger.info({ url: server.url }, 'serving metrics and health');
  }

  async #servePage(hub: WebHub): Promise<void> {
    const [room] = this.#settings.rooms;
    if (room === undefined) return; // the settings see to it that there is one
    const site = await hub.serve(room.topic);
    this.#closers.add(() => site.close());
    this.#logger.info({ url: site.url }, 'serving the chat room to browsers');
  }

  async #serveControl(gossip: Gossip, node: Endpoint, topics: KeptTopics): Promise<void> {
    const { control, data } = this.#settings;
    if (control === undefined) return;
    const onShutdown = () => this.#toldToStop.resolve('a client of remote control says so');
    const [logger, metrics] = [this.#logger, this.#metrics];
    this.#closers.add(await serveControl(control, { gossip, node, topics, data, logger, metrics, onShutdown }));
  }

  #onClosed(reason: EndpointCloseReason): void {
    if (reason.type !== 'error') return;
    this.#health.failure = reason.error.message;
    this.#failed.resolve(reason.error);
  }
}
