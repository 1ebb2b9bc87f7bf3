import type { EndpointId } from '../../identity/endpoint-id.js';
import type { BiStream } from '../../transport/seam.js';
import { deferred } from '../../util/deferred.js';
import type { ResolvedGossipOptions } from '../options.js';
import { ConnectionCode } from './close-code.js';
import type { Held } from './connections.js';
import { Violation } from './errors.js';
import { FrameChannel } from './frame-channel.js';
import type { ReconcilerCounters, ReconcilerHost } from './host.js';
import { Session, type SessionHost, type SessionScope } from './session.js';
import type { Current, Task } from './task.js';
import { Turns } from './turns.js';

/** Runs sessions, whoever began them, and counts what they bring. */
export class SessionRunner {
  readonly #options: ResolvedGossipOptions;
  readonly #host: ReconcilerHost;
  readonly #turns = new Turns();
  readonly #counters = { sessions: 0, recovered: 0, unavailable: 0, failed: 0 };

  constructor(options: ResolvedGossipOptions, host: ReconcilerHost) {
    this.#options = options;
    this.#host = host;
  }

  /** A copy. */
  get counters(): ReconcilerCounters {
    return { ...this.#counters };
  }

  channel(stream: BiStream): FrameChannel {
    return new FrameChannel(stream, this.#options.clock, this.#host.maxMessageSize);
  }

  /**
   * Runs a session of a task to its end. It satisfies what the task had due, which is due again if it fails.
   *
   * @param talk begins or answers @returns what it returns @throws what it throws
   */
  async converse(
    task: Task,
    side: Current['side'],
    scope: SessionScope,
    channel: FrameChannel,
    talk: (session: Session) => Promise<boolean>,
  ): Promise<boolean> {
    const satisfied = task.satisfy(scope.youngerThan);
    const session = new Session(scope, channel, this.#sessionHost(task.peer));
    const over = deferred();
    task.current = { session, side, over: over.promise };
    try {
      const exact = await talk(session);
      this.#counters.sessions++;
      task.failures = 0;
      this.#host.compared(task.topic);
      return exact;
    } catch (error) {
      if (satisfied && this.#host.isNeighbor(task.topic, task.peer)) task.demand(satisfied);
      throw error;
    } finally {
      task.current = undefined;
      over.resolve();
    }
  }

  /** An attempt failed. A peer that broke the protocol loses its connection, and nothing else. */
  failed(error: unknown, peer: EndpointId, held?: Held): void {
    this.#counters.failed++;
    this.#options.logger.debug({ peer, error: String(error) }, 'a comparison failed');
    if (!(error instanceof Violation)) return;
    this.#options.metrics.dropped(error.reason);
    held?.connection.close(ConnectionCode.violation, error.message);
  }

  #sessionHost(peer: EndpointId): SessionHost {
    const host = this.#host;
    return {
      clock: this.#options.clock,
      window: (topic) => host.window(topic),
      expired: (topic) => host.expired(topic),
      losses: (topic) => host.losses(topic),
      turns: this.#turns,
      seenIds: (topic) => host.seenIds(topic),
      recovered: (topic, payload) => {
        this.#counters.recovered++;
        host.recovered(topic, peer, payload);
      },
      unavailable: (topic, ids) => {
        this.#counters.unavailable += ids.length;
        host.unavailable(topic, peer, ids);
      },
      lossesReported: (topic, losses) => host.lossesReported(topic, peer, losses),
      past: (topic) => host.past(topic),
      foreignPast: (topic) => host.foreignPast(topic),
      forgottenAfterMs: host.forgottenAfterMs,
      suspects: (topic) => host.suspects(topic),
      missedLongAgo: (topic, unknown) => host.missedLongAgo(topic, peer, unknown),
    };
  }
}
