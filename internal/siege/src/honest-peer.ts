import { setTimeout as pause } from 'node:timers/promises';
import { Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { type EndpointAddr, type EndpointId, Router } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';

/** Payloads of an honest peer: this often (in milliseconds) and this long (in bytes). */
const EVERY_MS = 20;
const LENGTH = 200;

/** A well-behaved member. */
export class HonestPeer implements AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly topic: GossipTopic;
  readonly #router: Router;
  #timer: NodeJS.Timeout | undefined;

  private constructor(endpoint: Endpoint, router: Router, topic: GossipTopic) {
    this.endpoint = endpoint;
    this.#router = router;
    this.topic = topic;
  }

  static async start(room: string, bootstrap: readonly EndpointAddr[] = []): Promise<HonestPeer> {
    const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
    const gossip = Gossip.spawn(endpoint);
    const router = new Router(endpoint).accept(gossip.alpn, gossip).spawn();
    const peer = new HonestPeer(endpoint, router, await gossip.subscribe(topicIdFrom(room), { bootstrap }));
    void peer.#read();
    return peer;
  }

  /** Publishes from now on; each payload says when. */
  publish(): void {
    this.#timer = setInterval(() => {
      const payload = Buffer.alloc(LENGTH);
      payload.writeDoubleBE(performance.timeOrigin + performance.now());
      this.topic.broadcast(payload).catch(() => {}); // the siege goes on without it
    }, EVERY_MS);
  }

  /** @returns whether a peer becomes a neighbor in time, in milliseconds */
  async meets(peer: EndpointId, timeoutMs: number): Promise<boolean> {
    const giveUp = performance.now() + timeoutMs;
    while (!this.topic.neighbors().includes(peer)) {
      if (performance.now() > giveUp) return false;
      await pause(2);
    }
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#router.shutdown();
  }

  async #read(): Promise<void> {
    for await (const _ of this.topic);
  }
}
