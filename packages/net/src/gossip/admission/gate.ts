import type { TopicId } from '@grapevine/proto';
import { sourceOf } from '../../address/source.js';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Connection } from '../../transport/seam.js';
import { CloseCode } from '../close-code.js';
import type { ResolvedGossipOptions } from '../options.js';
import { SharedBudget } from '../shared-budget.js';
import { Inspector } from '../validation/inspector.js';
import { Penalties } from '../validation/penalties.js';
import type { NetMessage } from '../wire.js';
import { allowEverybody, type PeerInfo } from './allow-peer.js';
import { type Arrival, asksToMeet, type Conversation, contentOf, type Held, sizeOf } from './conversation.js';
import { Conversations } from './conversations.js';
import { AdmissionCounts } from './counts.js';
import type { AdmissionSnapshot, AppGate, Ending, GateHost } from './gate-host.js';
import { PeerPolicy } from './peer-policy.js';

/** Answers of `allowPeer` that are waited for at once; more peers are refused for now. */
const MAX_DECIDING = 1_024;

/** Refused peers that are remembered, so that they are not asked about again and again; the oldest are forgotten first. */
const MAX_REFUSED = 4_096;

const PEER_OUT = 'too many of your messages were rejected: come back later';
const SOURCE_OUT = 'too many messages from where you are were rejected: come back later';

/**
 * Stands between the network and the protocol, and has the application decide: `allowPeer` before anything that a peer says in a topic, or
 * that we would say to it, takes effect; `validate` before a payload does.
 *
 * What waits for an answer waits in order, per peer and topic. Nothing of this goes over the wire, except that a peer is told no when it asks to be a
 * neighbor and is refused.
 */
export class Gate implements AppGate {
  readonly #options: ResolvedGossipOptions;
  readonly #host: GateHost;
  readonly #asksAboutPeers: boolean;
  readonly #policy: PeerPolicy;
  readonly #inspector: Inspector;
  readonly #penalties: Penalties;
  readonly #counts: AdmissionCounts;
  readonly #conversations = new Conversations();
  readonly #refused = new Set<Conversation>();
  readonly #held: SharedBudget;
  /** Connections that have ended while something of the peer was waited for. */
  readonly #endings = new Map<EndpointId, Ending>();
  #deciding = 0;

  constructor(options: ResolvedGossipOptions, host: GateHost) {
    this.#options = options;
    this.#host = host;
    this.#asksAboutPeers = options.allowPeer !== allowEverybody;
    this.#policy = new PeerPolicy(options);
    this.#counts = new AdmissionCounts(options.metrics);
    this.#held = new SharedBudget(options.heldBytes);
    this.#penalties = new Penalties(options, (peer) => this.#forgetRefusals(peer));
    host.sources.isOut = (addr) => this.#penalties.outForMs(sourceOf(addr)) > 0;
    this.#inspector = new Inspector(options, {
      hasSeen: (topic, id) => host.hasSeen(topic, id),
      decided: (conversation) => this.#drain(conversation),
    });
  }

  get snapshot(): AdmissionSnapshot {
    return { counts: this.#counts.all, shutOut: this.#penalties.size };
  }

  admits(connection: Connection): boolean {
    const { remoteId } = connection;
    const isOut = this.#penalties.isOut(remoteId);
    const sourceOutForMs = this.#penalties.outForMs(sourceOf(connection.remoteAddr()));
    if (!isOut && (sourceOutForMs === 0 || this.#host.isConnected(remoteId))) return true;
    this.#counts.add('shut-out');
    connection.close(CloseCode.rejected, isOut ? PEER_OUT : SOURCE_OUT);
    if (sourceOutForMs > 0) connection.refuseHost?.(sourceOutForMs); // the next one need not finish its handshake
    return false;
  }

  receive(arrival: Arrival): void {
    const { topic, from } = arrival;
    if (!this.#isActive || !this.#host.isJoined(topic)) return this.#host.feed(arrival);
    const conversation = this.#conversations.getOrBegin(topic, from);
    conversation.source ??= this.#host.sources.sourceOf(from);
    if (conversation.state === 'undecided') this.#decide(conversation, 'incoming');
    switch (conversation.state) {
      case 'undecided':
        return this.#counts.add('undecided');
      case 'refused':
        return this.#refuseArrival(conversation, arrival);
      case 'deciding':
      case 'allowed':
        this.#hold(conversation, arrival);
        return this.#drain(conversation);
    }
  }

  maySend(to: EndpointId, topic: TopicId, message: NetMessage): boolean {
    if (!this.#isActive || !this.#host.isJoined(topic)) return true;
    const conversation = this.#conversations.getOrBegin(topic, to);
    if (conversation.state === 'undecided') this.#decide(conversation, 'outgoing');
    switch (conversation.state) {
      case 'allowed':
        return true;
      case 'deciding':
        if (!conversation.pushOutbound(message)) this.#counts.add('undecided');
        return false;
      case 'undecided':
        this.#counts.add('undecided');
        return false;
      case 'refused':
        if (message.type === 'disconnect') return this.#host.isConnected(to); // a refusal is worth no dial
        this.#counts.add('not-allowed');
        return false;
    }
  }

  review(topic?: TopicId): void {
    if (!this.#asksAboutPeers) return;
    for (const conversation of this.#conversations) {
      if (topic !== undefined && conversation.topic !== topic) continue;
      if (conversation.state === 'undecided' || this.#penalties.isOut(conversation.peer)) continue;
      this.#ask(conversation, 'incoming');
    }
  }

  connected(peer: EndpointId): void {
    const ending = this.#endings.get(peer);
    this.#endings.delete(peer);
    if (ending) this.#host.feed(ending);
  }

  ended(ending: Ending): void {
    const { peer } = ending;
    const waiting = this.#conversations.with(peer).some(({ state, isEmpty }) => state === 'allowed' && !isEmpty);
    if (waiting) return void this.#endings.set(peer, ending);
    this.#host.feed(ending);
    for (const conversation of this.#conversations.with(peer)) this.#forget(conversation);
  }

  left(topic: TopicId): void {
    for (const conversation of this.#conversations) if (conversation.topic === topic) this.#forget(conversation);
  }

  close(): void {
    this.#penalties.close();
    for (const conversation of this.#conversations) this.#forget(conversation);
  }

  get #isActive(): boolean {
    return this.#asksAboutPeers || this.#inspector.isActive;
  }

  // Peers.

  #decide(conversation: Conversation, direction: PeerInfo['direction']): void {
    if (this.#penalties.isOut(conversation.peer)) return this.#refuse(conversation);
    if (!this.#asksAboutPeers) {
      conversation.state = 'allowed';
      return;
    }
    if (this.#deciding >= MAX_DECIDING) return this.#conversations.delete(conversation);
    this.#ask(conversation, direction);
  }

  #ask(conversation: Conversation, direction: PeerInfo['direction']): void {
    const { topic, peer } = conversation;
    const question = ++conversation.question;
    const answer = this.#policy.ask(topic, peer, { direction, remoteAddr: this.#host.remoteAddr(peer) });
    if (typeof answer === 'boolean') return this.#answered(conversation, answer);
    if (conversation.state === 'undecided') conversation.state = 'deciding';
    this.#deciding++;
    void answer.then((allowed) => {
      this.#deciding--;
      if (conversation.question === question) this.#answered(conversation, allowed);
    });
  }

  #answered(conversation: Conversation, allowed: boolean): void {
    if (this.#conversations.get(conversation.topic, conversation.peer) !== conversation) return; // forgotten meanwhile
    if (allowed) this.#allow(conversation);
    else this.#refuse(conversation);
  }

  #allow(conversation: Conversation): void {
    const { topic, peer } = conversation;
    if (this.#refused.delete(conversation)) this.#host.feed({ type: 'allow', topic, peer });
    conversation.state = 'allowed';
    for (const message of conversation.takeOutbound()) this.#host.send(peer, topic, message);
    this.#drain(conversation);
  }

  #refuse(conversation: Conversation): void {
    if (conversation.state === 'refused') return;
    const { topic, peer } = conversation;
    conversation.state = 'refused';
    this.#refused.add(conversation);
    this.#counts.add('not-allowed', conversation.takeOutbound().length);
    this.#options.logger.info({ topic, peer }, 'a peer is not allowed');
    for (const { arrival } of this.#empty(conversation)) this.#refuseArrival(conversation, arrival);
    this.#host.feed({ type: 'expel', topic, peer });
    this.#host.expelled(topic, peer);
    this.#releaseUnused(peer);
    const [oldest] = this.#refused;
    if (this.#refused.size > MAX_REFUSED && oldest) this.#forget(oldest);
  }

  #refuseArrival(conversation: Conversation, arrival: Arrival): void {
    const { topic, peer } = conversation;
    this.#counts.add('not-allowed');
    if (arrival.type !== 'recvMessage' || !asksToMeet(arrival.message) || !this.#host.isConnected(peer)) return;
    this.#host.send(peer, topic, { type: 'disconnect', alive: true, respond: false });
    if (this.#refused.has(conversation)) this.#releaseUnused(peer);
  }

  /** A refused peer shall not keep a connection that nothing else needs. */
  #releaseUnused(peer: EndpointId): void {
    if (this.#conversations.with(peer).every(({ state }) => state === 'refused')) this.#host.release(peer);
  }

  #forgetRefusals(peer: EndpointId): void {
    for (const conversation of this.#conversations.with(peer)) {
      if (conversation.state === 'refused') this.#forget(conversation);
    }
  }

  #forget(conversation: Conversation): void {
    const { topic, peer } = conversation;
    this.#empty(conversation);
    this.#inspector.forget(conversation);
    this.#conversations.delete(conversation);
    if (this.#refused.delete(conversation) && this.#host.isJoined(topic))
      this.#host.feed({ type: 'allow', topic, peer });
  }

  // Messages.

  #hold(conversation: Conversation, arrival: Arrival): void {
    const bytes = sizeOf(arrival);
    if (!this.#held.fits(conversation.bytes, bytes)) {
      conversation.hasGap = true;
      return this.#counts.add(conversation.state === 'deciding' ? 'undecided' : 'validate-full');
    }
    this.#held.add(bytes);
    conversation.push({ arrival, bytes, asked: false, outcome: undefined });
  }

  /** Hands on what has an outcome, up to the first that has none. */
  #drain(conversation: Conversation): void {
    if (conversation.state !== 'allowed') return;
    this.#inspector.inspect(conversation);
    for (let held = conversation.first; held?.outcome !== undefined; held = conversation.first) {
      conversation.shift();
      this.#held.add(-held.bytes);
      this.#conclude(conversation, held);
      if (conversation.state !== 'allowed') return; // one rejected message too many
      this.#inspector.inspect(conversation);
    }
    if (conversation.isEmpty) this.#caughtUp(conversation);
  }

  #conclude(conversation: Conversation, { arrival, outcome }: Held): void {
    switch (outcome) {
      case undefined:
      case 'accept':
        return this.#host.feed(arrival);
      case 'ignore':
        this.#counts.add('ignored');
        return this.#discard(arrival);
      case 'overdue':
        this.#counts.add('validate-timeout');
        return this.#discard(arrival);
      case 'reject':
        this.#counts.add('rejected');
        this.#discard(arrival);
        if (this.#penalties.rejected(conversation.peer, this.#whereIs(conversation))) this.#shutOut(conversation.peer);
    }
  }

  /** Who is behind a peer now, since somebody else may be where it was; where it has left, who was behind it. */
  #whereIs({ peer, source }: Conversation): string | undefined {
    return sourceOf(this.#host.remoteAddr(peer)) ?? source;
  }

  /** A message for neighbors only has no id that could come again. */
  #discard(arrival: Arrival): void {
    const content = contentOf(arrival);
    const isForNeighbors =
      arrival.type === 'recvMessage' && arrival.message.type === 'gossip' && arrival.message.scope.type === 'neighbors';
    if (!content || isForNeighbors) return;
    this.#host.feed({ type: 'discard', topic: arrival.topic, content, from: arrival.from });
  }

  #caughtUp(conversation: Conversation): void {
    const { peer, hasGap } = conversation;
    conversation.hasGap = false;
    if (hasGap) this.#host.feed({ type: 'linkGap', peer, reason: 'overflow' });
    const ending = this.#endings.get(peer);
    if (!ending) return;
    this.#endings.delete(peer);
    this.ended(ending);
  }

  #shutOut(peer: EndpointId): void {
    const { logger, rejectedPauseMs } = this.#options;
    logger.warn({ peer, rejectedPauseMs }, 'a peer goes on sending messages that are rejected: it is out for a while');
    for (const conversation of this.#conversations.with(peer)) this.#refuse(conversation);
    this.#host.sources.close(peer, CloseCode.rejected, 'too many of its messages were rejected');
  }

  #empty(conversation: Conversation): readonly Held[] {
    this.#held.add(-conversation.bytes);
    return conversation.clear();
  }
}
