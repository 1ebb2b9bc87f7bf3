import type { ReconcileReason, TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Logger } from '../../util/logger.js';
import type { ReconcilerCounters, ReconcilerHost, Reconciling } from '../reconciliation/host.js';

type Announcer = Pick<ReconcilerHost, 'announceCache'>;

const NOTHING_DONE: ReconcilerCounters = { sessions: 0, recovered: 0, unavailable: 0, failed: 0 };

/**
 * The comparison of histories, loaded while the leaf dials its first hub: nothing is compared before, and a page runs earlier without it. Calls that
 * come before it is loaded are made once it is, in the same order. Where it can't be loaded, everything in the cache is announced to hubs instead, as
 * to peers that do not speak its protocol.
 */
export class LoadedReconciler implements Reconciling {
  readonly companions = [];
  #reconciler: Reconciling | undefined;
  readonly #waiting: ((reconciler: Reconciling) => void)[] = [];

  constructor(loading: Promise<Reconciling>, host: Announcer, logger: Logger) {
    loading.then(
      (reconciler) => this.#begin(reconciler),
      (error) => {
        logger.warn({ error: String(error) }, 'histories cannot be compared: the code for it did not load');
        this.#begin(announcing(host));
      },
    );
  }

  get counters(): ReconcilerCounters {
    return this.#reconciler?.counters ?? NOTHING_DONE;
  }

  speaks(peer: EndpointId): boolean | undefined {
    return this.#reconciler?.speaks(peer);
  }

  reconcile(topic: TopicId, peer: EndpointId, reason: ReconcileReason): void {
    this.#tell((reconciler) => reconciler.reconcile(topic, peer, reason));
  }

  connected(peer: EndpointId): void {
    this.#tell((reconciler) => reconciler.connected(peer));
  }

  neighborUp(topic: TopicId, peer: EndpointId): void {
    this.#tell((reconciler) => reconciler.neighborUp(topic, peer));
  }

  neighborDown(topic: TopicId, peer: EndpointId): void {
    this.#tell((reconciler) => reconciler.neighborDown(topic, peer));
  }

  expelled(topic: TopicId, peer: EndpointId): void {
    this.#tell((reconciler) => reconciler.expelled(topic, peer));
  }

  left(topic: TopicId): void {
    this.#tell((reconciler) => reconciler.left(topic));
  }

  close(): void {
    this.#tell((reconciler) => reconciler.close());
  }

  #tell(what: (reconciler: Reconciling) => void): void {
    if (this.#reconciler) what(this.#reconciler);
    else this.#waiting.push(what);
  }

  #begin(reconciler: Reconciling): void {
    this.#reconciler = reconciler;
    for (const what of this.#waiting.splice(0)) what(reconciler);
  }
}

/** Compares nothing, and announces everything. */
function announcing(host: Announcer): Reconciling {
  const ignored = () => {};
  return {
    companions: [],
    counters: NOTHING_DONE,
    speaks: () => undefined,
    reconcile(topic, peer, reason) {
      if (reason !== 'periodic') host.announceCache(topic, peer);
    },
    connected: ignored,
    neighborUp: ignored,
    neighborDown: ignored,
    expelled: ignored,
    left: ignored,
    close: ignored,
  };
}
