import type { ReconcileReason, TopicId } from '@grapevine/proto';
import { SALT_LENGTH } from '@grapevine/proto/reconciliation';
import { ConnectError } from '../../errors.js';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { BiStream, Connection, Endpoint } from '../../transport/seam.js';
import type { ResolvedGossipOptions } from '../options.js';
import { GOSSIP_ALPN } from '../wire.js';
import { ConnectionCode, SessionCode } from './close-code.js';
import { Connections, type Held } from './connections.js';
import { SessionEnded, Violation } from './errors.js';
import { FairSlots } from './fair-slots.js';
import type { FrameChannel } from './frame-channel.js';
import type { ReconcilerCounters, ReconcilerHost, Reconciling } from './host.js';
import { Neighborhood } from './neighborhood.js';
import { Pauses } from './pauses.js';
import type { SessionScope } from './session.js';
import { SessionRunner } from './session-runner.js';
import { Speakers } from './speakers.js';
import { type Task, youngerThan } from './task.js';
import { TaskTable } from './task-table.js';

/** The protocol's name beside gossip's usual one. */
const RECONCILE_ALPN = '/grapevine/reconcile/1';

/**
 * After both ends have learned of a gap, the one with the smaller id begins. The other waits for as long as that takes (a handshake, a first frame,
 * and the gap may have been noticed here first), and a moment for the work; then it begins itself, because the first may have nothing to compare.
 */
const COURTESY_ROUND_TRIPS = 3;
const COURTESY_MS = 50;

/** How long to wait for an attempt that the other end should make or repeat. */
const PATIENCE_MS = 1_000;

/** The pause after a failure; it doubles with each in a row, give or take half. */
const BACKOFF_MS = 500;
/** A peer is dialed once in this time at most, in milliseconds: no longer than the shortest time after which an exchange is tried again. */
const DIALED_MS = BACKOFF_MS / 2;
/** A peer that does not speak the protocol is told what we have once in this time at most: it may be thousands of ids. */
const TOLD_MS = 1_000;

/** After this many failures in a row the whole cache is announced instead. */
const MAX_FAILURES = 4;

/**
 * A comparison that overlooked something is repeated with another salt, up to this many in a row. It happens once in a million times; more is no
 * accident.
 */
const MAX_INEXACT = 3;

/** Sessions at once that we began, and that others began. Two limits, so that nodes do not wait for each other in a circle. */
const OUTGOING = { running: 4, runningPerPeer: 2, waitingPerPeer: 65_536 };
const INCOMING = { running: 4, runningPerPeer: 2, waitingPerPeer: 64 };

/**
 * Finds out, after a gap between two neighbors, what each lacks of a topic, and fetches it: over connections of its own, beside gossip.
 * One comparison per neighbor and topic at a time, a few per node.
 */
export class Reconciler implements Reconciling {
  /** The protocol's name; nodes with another gossip protocol have another. */
  readonly alpn: string;
  readonly companions = [this];
  readonly #me: EndpointId;
  readonly #options: ResolvedGossipOptions;
  readonly #host: ReconcilerHost;
  readonly #connections: Connections;
  readonly #neighborhood: Neighborhood;
  readonly #speakers: Speakers;
  readonly #dialed: Pauses;
  readonly #told: Pauses;
  readonly #outgoing = new FairSlots(OUTGOING);
  readonly #incoming = new FairSlots(INCOMING);
  readonly #tasks = new TaskTable();
  readonly #runner: SessionRunner;
  #closed = false;

  constructor(endpoint: Endpoint, options: ResolvedGossipOptions, host: ReconcilerHost) {
    this.alpn = reconcileAlpn(options.alpn);
    this.#me = endpoint.id;
    this.#options = options;
    this.#host = host;
    this.#runner = new SessionRunner(options, host);
    this.#speakers = new Speakers(options.clock);
    this.#dialed = new Pauses(options.clock, DIALED_MS);
    this.#told = new Pauses(options.clock, TOLD_MS);
    this.#neighborhood = new Neighborhood(options.clock, host);
    this.#connections = new Connections(endpoint, {
      clock: options.clock,
      alpn: this.alpn,
      dialTimeoutMs: options.dialTimeoutMs,
      maxPeers: options.maxPeers,
      remoteAddr: (peer) => host.remoteAddr(peer),
      incoming: (held, stream) => void this.#serve(held, stream),
    });
  }

  get counters(): ReconcilerCounters {
    return this.#runner.counters;
  }

  speaks(peer: EndpointId): boolean | undefined {
    return this.#speakers.speaks(peer);
  }

  /** Takes over an incoming connection. */
  accept(connection: Connection): void {
    if (connection.remoteId === this.#me) return connection.close(ConnectionCode.done, 'not wanted');
    this.#speakers.learn(connection.remoteId, true);
    this.#connections.accept(connection);
  }

  reconcile(topic: TopicId, peer: EndpointId, reason: ReconcileReason): void {
    if (this.#closed) return;
    if (reason === 'linkReplaced') this.connected(peer);
    const task = this.#tasks.at(topic, peer);
    task.demand(reason);
    if (task.pending || task.current) return; // what comes after the window was taken is compared afterwards
    // Both ends learn of a new link at about the same time. Of anything else, only we do.
    const bothKnow = reason === 'neighborUp' || reason === 'linkReplaced';
    const courtesyMs = COURTESY_MS + COURTESY_ROUND_TRIPS * this.#host.rttMs(peer);
    if (bothKnow && this.#me > peer) this.#beginLater(task, courtesyMs);
    else this.#begin(task);
  }

  connected(peer: EndpointId): void {
    this.#speakers.forget(peer);
    this.#connections.renew(peer);
  }

  neighborUp(topic: TopicId, peer: EndpointId): void {
    this.#neighborhood.up(topic, peer);
  }

  neighborDown(topic: TopicId, peer: EndpointId): void {
    this.#neighborhood.down(topic, peer);
    const task = this.#tasks.find(topic, peer);
    if (!task) return;
    task.due = undefined;
    task.wait(undefined);
    this.#tasks.tidy(task);
  }

  expelled(topic: TopicId, peer: EndpointId): void {
    this.#neighborhood.expelled(topic, peer);
    this.#connections.drop(peer);
  }

  left(topic: TopicId): void {
    for (const task of this.#tasks.all()) if (task.topic === topic) this.#drop(task);
  }

  close(): void {
    this.#closed = true;
    for (const task of this.#tasks.all()) this.#drop(task);
    this.#neighborhood.close();
    this.#connections.close();
  }

  // Our own sessions.

  #beginLater(task: Task, delayMs: number): void {
    if (this.#closed) return;
    const begin = () => {
      task.wait(undefined);
      this.#begin(task);
    };
    task.wait(this.#options.clock.setTimer(begin, delayMs));
  }

  #begin(task: Task): void {
    if (task.pending || task.current || task.due === undefined || this.#closed) return;
    task.wait(undefined);
    const { topic, peer } = task;
    const isOldWay = this.#speakers.speaks(peer) === false || this.#isOutOfReach(peer);
    // A peer may come and go as often as it likes.
    const waitMs = isOldWay
      ? this.#told.wait(topic + peer)
      : this.#connections.needsDial(peer)
        ? this.#dialed.wait(peer)
        : 0;
    if (waitMs > 0) return this.#beginLater(task, waitMs);
    if (isOldWay) return this.#fallBack(task);
    task.pending = true;
    void this.#attempt(task).then((error) => {
      task.pending = false;
      if (error) this.#failed(task, error);
      else this.#next(task);
    });
  }

  /**
   * Whether a peer is a leaf without such a connection: we can't dial it. A leaf begins itself when it has anything to compare, and then we use its
   * connection.
   */
  #isOutOfReach(peer: EndpointId): boolean {
    return this.#host.isLeaf(peer) && !this.#connections.has(peer);
  }

  /** Dials before it takes a slot: a peer that does not answer must not hold one. @returns what went wrong */
  async #attempt(task: Task): Promise<Error | undefined> {
    try {
      await this.#connections.connect(task.peer);
      this.#speakers.learn(task.peer, true);
      await this.#outgoing.run(task.peer, () => this.#initiate(task));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #initiate(task: Task): Promise<void> {
    const { due, topic, peer } = task;
    if (due === undefined || task.current) return; // the peer was faster, or is no neighbor any more
    const { held, stream } = await this.#connections.open(peer);
    const channel = this.#runner.channel(stream);
    try {
      const salt = this.#options.randomBytes(SALT_LENGTH);
      const scope = { topic, youngerThan: youngerThan(due) };
      const exact = await this.#runner.converse(task, 'initiator', scope, channel, (session) => session.begin(salt));
      task.inexact = exact ? 0 : task.inexact + 1;
      if (!exact && task.inexact < MAX_INEXACT) task.demand(due);
    } catch (error) {
      channel.cancel(SessionCode.cancelled, 'it failed');
      if (error instanceof Violation) this.#runner.failed(error, peer, held);
      throw error;
    } finally {
      channel.close();
      this.#connections.done(held, stream);
    }
  }

  // The peers' sessions.

  /** Never rejects. */
  async #serve(held: Held, stream: BiStream): Promise<void> {
    const channel = this.#runner.channel(stream);
    const peer = held.connection.remoteId;
    try {
      const frame = await channel.first();
      if (frame?.type !== 'open') throw new Violation('bad-message', 'a session begins with its topic');
      const { topic, youngerThan } = frame;
      const opening = new Uint8Array(frame.opening); // the frame is a view into what the stream brought
      const admitted = await this.#neighborhood.admits(topic, peer);
      if (!admitted) throw new SessionEnded(SessionCode.notNeighbor, 'the peer is no neighbor there');
      this.#connections.admitted(held);
      await this.#giveWay(topic, peer);
      await this.#incoming.run(peer, () => this.#answer({ topic, youngerThan }, peer, channel, opening));
    } catch (error) {
      channel.cancel(error instanceof SessionEnded ? error.code : SessionCode.busy, String(error));
      if (!isDuplicate(error)) this.#runner.failed(error, peer, held);
    } finally {
      channel.close();
      this.#connections.done(held, stream);
    }
  }

  async #answer(scope: SessionScope, peer: EndpointId, channel: FrameChannel, opening: Uint8Array): Promise<void> {
    if (this.#closed || !this.#neighborhood.includes(scope.topic, peer)) {
      throw new SessionEnded(SessionCode.notNeighbor, 'the peer is no neighbor there any more');
    }
    const task = this.#tasks.at(scope.topic, peer);
    if (task.current) throw new SessionEnded(SessionCode.duplicate, 'one at a time');
    task.wait(undefined);
    try {
      await this.#runner.converse(task, 'responder', scope, channel, (session) => session.answer(opening));
    } finally {
      // Where it failed, the peer should try again; if it does not, we do.
      if (task.due !== undefined && !task.pending) this.#beginLater(task, PATIENCE_MS);
      this.#tasks.tidy(task);
    }
  }

  /** Where both sides began at the same time, the session of the smaller id counts. @throws SessionEnded when that is ours */
  async #giveWay(topic: TopicId, peer: EndpointId): Promise<void> {
    const current = this.#tasks.find(topic, peer)?.current;
    if (!current) return;
    if (current.side === 'responder' || this.#me < peer || current.session.answered) {
      throw new SessionEnded(SessionCode.duplicate, 'one at a time, and ours counts');
    }
    current.session.cancel(SessionCode.duplicate, 'the peer began at the same time');
    await current.over;
  }

  // How it ends.

  #failed(task: Task, error: Error): void {
    const { topic, peer } = task;
    const isNoSpeaker = error instanceof ConnectError && error.reason === 'alpn-mismatch';
    // Also of a peer that has left meanwhile: one that comes and goes would be dialed each time.
    if (isNoSpeaker) this.#speakers.learn(peer, false);
    if (task.due === undefined || !this.#host.isNeighbor(topic, peer)) return this.#next(task);
    if (isNoSpeaker) return this.#fallBack(task);
    if (isDuplicate(error)) return this.#beginLater(task, 2 * PATIENCE_MS); // unless the peer's session has satisfied it by then
    if (!(error instanceof Violation)) this.#runner.failed(error, peer);
    task.failures++;
    if (!(error instanceof SessionEnded) || error.code === SessionCode.cancelled) this.#connections.renew(peer);
    if (task.failures >= MAX_FAILURES) return this.#fallBack(task);
    this.#beginLater(task, BACKOFF_MS * 2 ** (task.failures - 1) * (0.5 + this.#options.random()));
  }

  #fallBack(task: Task): void {
    const { due, topic, peer } = task;
    task.due = undefined;
    task.failures = 0;
    this.#tasks.tidy(task);
    if (due !== undefined && due !== 'periodic') this.#host.announceCache(topic, peer);
  }

  /** Begins what became due meanwhile. */
  #next(task: Task): void {
    if (task.due !== undefined && this.#host.isNeighbor(task.topic, task.peer)) this.#begin(task);
    else this.#tasks.tidy(task);
  }

  #drop(task: Task): void {
    task.due = undefined;
    task.wait(undefined);
    task.current?.session.cancel(SessionCode.cancelled, 'the topic was left');
    this.#tasks.tidy(task);
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof SessionEnded && error.code === SessionCode.duplicate;
}

/** Two gossip nodes on one endpoint, with different protocol names, need two names here. */
function reconcileAlpn(gossipAlpn: string): string {
  return gossipAlpn === GOSSIP_ALPN ? RECONCILE_ALPN : `${RECONCILE_ALPN}${gossipAlpn}`;
}
