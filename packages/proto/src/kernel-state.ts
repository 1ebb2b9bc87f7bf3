import { type DistantPast, NO_DISTANT_PAST } from './broadcast/distant-past.js';
import { nodeBudgets } from './broadcast/node-budgets.js';
import type { WindowEntry } from './broadcast/payload-window.js';
import type { LossEntry } from './broadcast/told-losses.js';
import { someBytes } from './check/index.js';
import {
  aGapReason,
  aList,
  checkCommand,
  checkIds,
  checkLosses,
  checkPeerData,
  checkRecovered,
  checkSource,
  checkTime,
} from './check-event.js';
import { checkStateOptions } from './check-state-options.js';
import type { Config } from './config.js';
import type { Command, DisconnectReason, InEvent, OutEvent, ReconcileReason } from './event.js';
import { JoinedTopics } from './joined-topics.js';
import type { PeerOrigin } from './membership/origin.js';
import type { NodeContext } from './node-context.js';
import { OutputList, type Outputs } from './outputs.js';
import type { PeerId } from './peer-id.js';
import { resolveConfig } from './resolve-config.js';
import type { StateTotals, TopicSnapshot } from './snapshot.js';
import type { StateOptions } from './state-options.js';
import { type Stats, zeroStats } from './stats.js';
import { defaultHash } from './structures/hash.js';
import type { Timer } from './timer.js';
import { isMeeting } from './topic.js';
import type { LayersOf } from './topic-layers.js';
import { type TopicLifecycle, topicLifecycle } from './topic-lifecycle.js';
import type { Message, PeerData } from './wire/message.js';
import type { MessageId } from './wire/message-id.js';
import type { TopicId } from './wire/topic-id.js';

const NO_DATA: PeerData = new Uint8Array();
const ELSEWHERE = Object.freeze([]) as unknown as OutEvent<never>[];

/**
 * The gossip protocol of one node, for all its topics, without IO: events go in, events come out. What its topics are made of is handed in:
 * `State` is the one for members of a swarm, `LeafState` the one for nodes that nobody can dial.
 *
 * The rule that holds it together: **feed one event, carry out all outputs in order, only then feed the next.** The same
 * events at the same times with the same generator give the same outputs. Nothing that a remote peer sends can make
 * {@link KernelState.handle} throw; the host's own mistakes do, before anything is changed.
 */
export abstract class KernelState<P extends PeerId> {
  readonly #node: NodeContext<P>;
  readonly #topics: JoinedTopics<P>;
  readonly #lifecycle: TopicLifecycle;
  readonly #list = new OutputList<P>();

  /**
   * @throws RangeError when a setting is out of range or the peer data does not fit into a message. TypeError when
   * something has the wrong type.
   */
  protected constructor(options: StateOptions<P>, layersOf: LayersOf) {
    CHECK: checkStateOptions(options);
    const { me, peerData = NO_DATA, config, rng, isPeer = () => true, isHub, hash = defaultHash } = options;
    const resolved = resolveConfig(config);
    checkPeerData(resolved, peerData);
    const leaves = new Set<P>();
    this.#node = {
      me,
      peerData,
      config: resolved,
      hash,
      isPeer: (id) => !leaves.has(id) && isPeer(id),
      isHub,
      leaves,
      stats: zeroStats(),
      budgets: nodeBudgets(resolved),
      outputs: this.#list,
      dialing: new Set(),
      sources: new Map(),
    };
    this.#topics = new JoinedTopics(this.#node, rng, layersOf);
    this.#lifecycle = topicLifecycle(resolved.mode);
  }

  /** Our own identity. */
  get me(): P {
    return this.#node.me;
  }

  /** The settings, complete. */
  get config(): Config {
    return this.#node.config;
  }

  /** What we tell others about ourselves. */
  get peerData(): PeerData {
    return this.#node.peerData;
  }

  /**
   * Handles one event and returns what the host must do now, in this order.
   *
   * @param now - The time, in the unit of the config's durations. It must not go backwards.
   * @param outputs - Takes the outputs as they come up; what is returned is empty then. Default: they are returned.
   * @throws TypeError or RangeError when the *host* has made a mistake: an unknown event or command, a payload that is
   * too large, a time that is not finite. Nothing has changed then.
   */
  handle(event: InEvent<P>, now: number, outputs?: Outputs<P>): OutEvent<P>[] {
    checkTime(now);
    this.#node.outputs = outputs ?? this.#list;
    switch (event?.type) {
      case 'recvMessage':
        this.#receive(event.from, event.topic, event.message, now);
        break;
      case 'command':
        this.#command(event.topic, event.command, now);
        break;
      case 'timerExpired':
        this.#timerExpired(event.timer, now);
        break;
      case 'peerDisconnected':
        this.#linkLost(event.peer, event.reason ?? 'closed', now);
        break;
      case 'linkRetired':
        if (this.wants(event.peer)) this.#linkLost(event.peer, 'closed', now);
        else this.#forgetLink(event.peer);
        break;
      case 'peerDialing':
        this.#node.dialing.add(event.peer);
        break;
      case 'peerConnected':
        checkSource(event.source);
        if (event.source !== undefined) this.#node.sources.set(event.peer, event.source);
        this.#node.dialing.delete(event.peer);
        if (event.isLeaf === true) this.#node.leaves.add(event.peer);
        for (const topic of this.#topics) topic.peerConnected(event.peer);
        break;
      case 'linkReplaced':
        this.#linkGap(event.peer, 'linkReplaced');
        break;
      case 'linkGap':
        aGapReason('reason', event.reason);
        this.#linkGap(event.peer, event.reason);
        break;
      case 'recovered':
        checkRecovered(event.content, event);
        this.#topics.find(event.topic)?.recovered(event, now);
        break;
      case 'unavailable':
        checkIds(event.ids);
        this.#topics.find(event.topic)?.unavailable(event.from, event.ids, now);
        break;
      case 'lossesReported':
        checkLosses(event.losses);
        this.#topics.find(event.topic)?.lossesReported(event.from, event.losses, now);
        break;
      case 'stalled':
        aList('peers', event.peers);
        this.#topics.find(event.topic)?.stalled(event.peers, now);
        break;
      case 'announceCache':
        this.#topics.find(event.topic)?.announceCache(event.peer, now);
        break;
      case 'expel':
        this.#topics.find(event.topic)?.expel(event.peer, now);
        break;
      case 'allow':
        this.#topics.find(event.topic)?.allow(event.peer);
        break;
      case 'discard':
        someBytes('content', event.content);
        this.#topics.find(event.topic)?.discard(event.content, event.from, now);
        break;
      case 'updatePeerData':
        checkPeerData(this.#node.config, event.data);
        this.#node.peerData = event.data;
        for (const topic of this.#topics) topic.peerDataUpdated();
        break;
      default:
        throw new TypeError(`unknown event ${JSON.stringify((event satisfies never as { type?: unknown })?.type)}`);
    }
    return outputs === undefined ? this.#list.take() : ELSEWHERE;
  }

  /** The topics that are joined. */
  topics(): TopicId[] {
    return [...this.#topics.ids()];
  }

  /** Sizes over all topics together; much cheaper than their snapshots. */
  totals(): StateTotals {
    const totals = { topics: this.#topics.size, neighbors: 0, cachedPayloads: 0, cachedBytes: 0, seenIds: 0 };
    for (const topic of this.#topics) topic.addTo(totals);
    return totals;
  }

  /** The active neighbors in a topic; none when it is not joined. */
  neighbors(topic: TopicId): readonly P[] {
    return [...(this.#topics.get(topic)?.neighbors ?? [])];
  }

  /** The neighbors that get the payloads of a topic, and not only their ids; none when it is not joined. */
  eagerPeers(topic: TopicId): readonly P[] {
    return [...(this.#topics.get(topic)?.eagerPeers ?? [])];
  }

  /** What a topic looks like right now; `undefined` when it is not joined. */
  snapshot(topic: TopicId): TopicSnapshot<P> | undefined {
    return this.#topics.get(topic)?.snapshot();
  }

  /**
   * The payloads of the swarm that are here, or were until a bound of the cache dropped them before their time: oldest first,
   * none older than `broadcast.messageCacheRetention`. Empty when the topic is not joined. A copy that costs as much as it
   * is long.
   *
   * @param now - As in {@link KernelState.handle}.
   */
  window(topic: TopicId, now: number): Iterable<WindowEntry> {
    checkTime(now);
    return this.#topics.get(topic)?.window(now) ?? [];
  }

  /**
   * The payloads of the swarm that were here, and left the window because their time was over: for neighbors that were away for longer than that, to
   * which they are reported as lost. Known until they are as old as `broadcast.messageIdRetention` less `broadcast.messageCacheRetention`. Only in
   * the `hardened` mode; empty when the topic is not joined. They may be taken out over time.
   *
   * @param now - As in {@link KernelState.handle}.
   */
  expired(topic: TopicId, now: number): Iterable<LossEntry> {
    checkTime(now);
    return this.#topics.get(topic)?.expired(now) ?? [];
  }

  /**
   * The payloads that subscribers of a topic have been told lost, and that somebody has known of for less than
   * `broadcast.messageIdRetention`: for neighbors that have never heard of them. Empty when the topic is not joined. They may be taken out
   * over time, while others come and go.
   *
   * @param now - As in {@link KernelState.handle}.
   */
  losses(topic: TopicId, now: number): Iterable<LossEntry> {
    checkTime(now);
    return this.#topics.get(topic)?.losses(now) ?? [];
  }

  /**
   * The last messages that were known in a topic, however long ago: for nodes that meet after all else about them is forgotten. Only in the
   * `hardened` mode; without messages when the topic is not joined. A copy.
   *
   * @param now - As in {@link KernelState.handle}.
   */
  past(topic: TopicId, now: number): DistantPast {
    checkTime(now);
    return this.#topics.get(topic)?.past(now) ?? NO_DISTANT_PAST;
  }

  /** The content of a payload that is in a topic's cache. */
  payload(topic: TopicId, id: MessageId): Uint8Array | undefined {
    return this.#topics.get(topic)?.payload(id);
  }

  /** Whether a payload has been delivered, published or told lost in a topic within `broadcast.messageIdRetention`. */
  hasSeen(topic: TopicId, id: MessageId): boolean {
    return this.#topics.get(topic)?.hasSeen(id) ?? false;
  }

  /**
   * All ids for which {@link KernelState.hasSeen} is true, and in the `hardened` mode also those for which it was true, for at least as long again:
   * these payloads are not fetched from others. They may be taken out over time, while others come and go.
   */
  seenIds(topic: TopicId): Iterable<MessageId> {
    return this.#topics.get(topic)?.seenIds() ?? [];
  }

  /** What has been ignored, cut or refused so far. A copy. */
  stats(): Readonly<Stats> {
    return { ...this.#node.stats };
  }

  /** Whether a peer is, or has been asked to become, an active neighbor in some topic: its link is worth keeping. */
  wants(peer: P): boolean {
    for (const topic of this.#topics) if (topic.wants(peer)) return true;
    return false;
  }

  /**
   * Whether a peer has said anything in a topic since it last left it: it is a member, or was one a while ago. Leaves and the `reference` mode do not
   * remember, so there the answer is true. False when the topic is not joined.
   */
  hasHeardFrom(topic: TopicId, peer: P): boolean {
    return this.#topics.get(topic)?.hasHeardFrom(peer) ?? false;
  }

  /** Whether a peer was dismissed in a topic a while ago, because it announced payloads and did not send them, and is not asked again yet. */
  isDismissed(topic: TopicId, peer: P, now: number): boolean {
    return this.#topics.get(topic)?.isDismissed(peer, now) ?? false;
  }

  /** How a peer came to be known, over all topics: for a host that has to decide whom to dial first. */
  origin(peer: P): PeerOrigin<P> {
    return this.#topics.origin(peer);
  }

  #linkLost(peer: P, reason: DisconnectReason, now: number): void {
    this.#node.dialing.delete(peer);
    for (const topic of this.#topics) topic.peerDisconnected(peer, reason, now);
    this.#forgetLink(peer);
  }

  #linkGap(peer: P, reason: ReconcileReason): void {
    for (const topic of this.#topics) topic.linkGap(peer, reason);
  }

  #forgetLink(peer: P): void {
    this.#node.sources.delete(peer);
    this.#node.leaves.delete(peer);
    this.#node.dialing.delete(peer);
    this.#topics.forgetLink(peer);
  }

  #receive(from: P, id: TopicId, message: Message<P>, now: number): void {
    const topic = this.#topics.find(id);
    if (topic === undefined) {
      if (this.#lifecycle.answersElsewhere && isMeeting(message)) this.#decline(from, id);
      return;
    }
    // Before the message is looked at, because that may already let go of the peer again.
    topic.links.add(from);
    if (topic.admits(from, message, now)) topic.receive(from, message, now);
  }

  #command(id: TopicId, command: Command<P>, now: number): void {
    checkCommand(this.#node.config, command);
    const topic = command.type === 'join' ? this.#topics.findOrCreate(id) : this.#topics.find(id);
    if (topic === undefined) return;
    topic.command(command, now);
    if (command.type !== 'quit') return;
    const unused = this.#topics.drop(id, topic);
    if (this.#lifecycle.closesUnusedLinks) for (const peer of unused) this.#node.outputs.disconnectPeer(peer);
  }

  #timerExpired({ topic: id, generation, task }: Timer<P>, now: number): void {
    const topic = this.#topics.find(id);
    if (topic === undefined) return;
    if (this.#lifecycle.dropsOldTimers && topic.generation !== generation) {
      this.#node.stats.staleTimers++;
      return;
    }
    topic.timerExpired(task, now);
  }

  #decline(to: P, topic: TopicId): void {
    const { outputs } = this.#node;
    outputs.sendMessage(to, topic, { type: 'disconnect', alive: false, respond: false });
    if (this.#topics.isFree(to, topic)) outputs.disconnectPeer(to);
  }
}
