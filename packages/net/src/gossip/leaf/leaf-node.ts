import { LeafState } from '@grapevine/proto/leaf';
import type { Endpoint } from '../../transport/seam.js';
import { anEndpoint } from '../../util/checks.js';
import { KernelHost, type NodeParts } from '../kernel-host.js';
import { type GossipOptions, resolveGossipOptions } from '../options.js';
import { LoadedReconciler } from './loaded-reconciler.js';
import { OpenGate } from './open-gate.js';

const LEAF: NodeParts = {
  stateOf: (options) => new LeafState(options),
  gateOf: (_options, host) => new OpenGate(host),
  reconcilerOf: (endpoint, options, host) => {
    const loading = import('../reconciliation/index.js');
    const reconciler = loading.then(({ Reconciler }) => new Reconciler(endpoint, options, host));
    return new LoadedReconciler(reconciler, host, options.logger);
  },
};

/** The settings that a leaf does not have: its hubs let peers in, and validate the messages that they pass on. */
const OF_MEMBERS = [
  'allowPeer',
  'allowTimeoutMs',
  'validate',
  'validateTimeoutMs',
  'maxValidations',
  'heldBytes',
  'maxRejected',
  'maxRejectedPerSource',
  'rejectedPauseMs',
] as const;

/** Settings of a {@link LeafNode}. Everything may be left out. */
export type LeafOptions = Omit<GossipOptions, (typeof OF_MEMBERS)[number]>;

/**
 * A leaf on an endpoint that nobody can dial: see {@link KernelHost}. It leaves out what members do for each other, admission and validation, which
 * makes a page smaller.
 */
export class LeafNode extends KernelHost {
  /** @throws TypeError, RangeError that name the setting and say what it should be */
  constructor(endpoint: Endpoint, options: LeafOptions = {}) {
    anEndpoint('endpoint', endpoint);
    if (endpoint.isLeaf !== true) throw new TypeError('endpoint must be one that nobody can dial, as a WebEndpoint');
    const resolved = resolveGossipOptions(options);
    for (const name of OF_MEMBERS) {
      if ((options as GossipOptions)[name] !== undefined)
        throw new TypeError(`${name} is for members: a leaf does not know it`);
    }
    super(endpoint, resolved, LEAF);
  }
}
