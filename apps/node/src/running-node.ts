import { formatTicket, Gossip, topicIdFrom } from '@grapevine/api';
import { gossipMetrics, type MetricsServer, processMetrics, serveMetrics } from '@grapevine/metrics';
import { type Endpoint, type Logger, Router } from '@grapevine/net';
import { Registry } from 'prom-client';
import { lockFolder } from './folder-lock.js';
import { keptIdentity } from './identity.js';
import { KeptTopic } from './kept-topic.js';
import { PeerFile } from './peer-file.js';
import type { RunSettings } from './settings/run-settings.js';
import { bindEndpoint } from './transport.js';

/** A node that stays up until it is told to end. */
export class RunningNode {
  readonly #endpoint: Endpoint;
  readonly #router: Router;
  readonly #peers: PeerFile;
  readonly #logger: Logger;
  readonly #topics: KeptTopic[] = [];
  readonly #unlock: () => void;
  #http: MetricsServer | undefined;
  #ending = false;

  private constructor(parts: {
    endpoint: Endpoint;
    router: Router;
    peers: PeerFile;
    logger: Logger;
    unlock: () => void;
  }) {
    this.#endpoint = parts.endpoint;
    this.#router = parts.router;
    this.#peers = parts.peers;
    this.#logger = parts.logger;
    this.#unlock = parts.unlock;
  }

  /** Starts everything that the settings ask for. @throws when something can't be had; nothing is left behind then */
  static async start(settings: RunSettings, logger: Logger): Promise<RunningNode> {
    const unlock = lockFolder(settings.data);
    let endpoint: Endpoint | undefined;
    let node: RunningNode | undefined;
    try {
      const secretKey = keptIdentity(settings.data);
      endpoint = await bindEndpoint(settings.transport, { secretKey, address: settings.bind, logger });
      const registry = new Registry();
      const gossip = Gossip.spawn(endpoint, {
        logger,
        metrics: gossipMetrics(registry),
        shareAddresses: settings.shareAddresses,
      });
      const router = new Router(endpoint, { logger }).accept(Gossip.ALPN, gossip).spawn();
      node = new RunningNode({ endpoint, router, peers: new PeerFile(settings.data, logger), logger, unlock });
      await node.#open(settings, gossip, registry);
      return node;
    } catch (error) {
      if (node !== undefined) await node.stop();
      else {
        await endpoint?.close();
        unlock();
      }
      throw error;
    }
  }

  async #open({ topics, join, http }: RunSettings, gossip: Gossip, registry: Registry): Promise<void> {
    if (http !== undefined) {
      processMetrics(registry);
      this.#http = await serveMetrics({ registry, host: http.host, port: http.port, pages: this.#pages() });
      this.#logger.info({ url: this.#http.url }, 'serving metrics and health');
    }
    const parts = { gossip, endpoint: this.#endpoint, peers: this.#peers };
    for (const topic of new Set(topics.map(topicIdFrom))) {
      this.#topics.push(await KeptTopic.enter(parts, topic, join));
      this.#logger.info({ topic }, 'entered topic');
    }
    this.#logger.info({ id: this.#endpoint.id, ticket: formatTicket(this.#endpoint.addr()) }, 'up');
  }

  /** What a supervisor asks over HTTP. */
  #pages() {
    return {
      '/healthz': () => ({ status: 200, body: { alive: true } }),
      '/readyz': () => {
        const waiting = this.#topics.filter((topic) => !topic.isReady).map(({ id }) => id);
        const ready = !this.#ending && waiting.length === 0;
        return { status: ready ? 200 : 503, body: { ready, ending: this.#ending, topicsWithoutNeighbor: waiting } };
      },
    };
  }

  /** Says goodbye to all neighbors, saves what is known, and frees everything. */
  async stop(): Promise<void> {
    this.#ending = true;
    await this.#router.shutdown();
    await this.#http?.close();
    this.#peers.save();
    this.#unlock();
  }
}
