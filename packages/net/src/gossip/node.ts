import { State, type TopicId } from '@grapevine/proto';
import { anObjectWith } from '@grapevine/proto/check';
import type { ProtocolHandler } from '../transport/router.js';
import type { Connection, Endpoint } from '../transport/seam.js';
import { anEndpoint, aTopicId } from '../util/checks.js';
import { Gate } from './admission/gate.js';
import { KernelHost, type NodeParts } from './kernel-host.js';
import { type GossipOptions, resolveGossipOptions } from './options.js';
import { Reconciler } from './reconciliation/index.js';

const MEMBER: NodeParts = {
  stateOf: (options) => new State(options),
  gateOf: (options, host) => new Gate(options, host),
  reconcilerOf: (endpoint, options, host) => new Reconciler(endpoint, options, host),
};

const aConnection = anObjectWith('a Connection', 'openUni', 'remoteAddr', 'close');

/** A member of the swarm on an endpoint: see {@link KernelHost}. */
export class GossipNode extends KernelHost implements ProtocolHandler {
  /** @throws TypeError, RangeError that name the setting and say what it should be */
  constructor(endpoint: Endpoint, options: GossipOptions = {}) {
    anEndpoint('endpoint', endpoint);
    super(endpoint, resolveGossipOptions(options), MEMBER);
  }

  /** Takes over an incoming connection. */
  accept(connection: Connection): void {
    CHECK: aConnection('connection', connection);
    this.takeOver(connection);
  }

  /** Asks `allowPeer` about everybody again, or everybody in a topic: peers that are refused now are dropped at once. */
  reviewPeers(topic?: TopicId): void {
    if (topic !== undefined) aTopicId('topic', topic);
    this.review(topic);
  }
}
