// @ts-check
import './with-resolvers.mjs';
import { gossipsub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';

/**
 * A libp2p node with gossipsub over TCP, as its README sets one up.
 * @param {{ signed: boolean }} options
 */
export const startNode = ({ signed }) =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionManager: { inboundConnectionThreshold: 10_000 }, // per second and host; the default is 5, and all nodes are on this host
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: signed ? 'StrictSign' : 'StrictNoSign',
        allowPublishToZeroTopicPeers: true,
      }),
    },
  });

/** @typedef {Awaited<ReturnType<typeof startNode>>} Node */

/** The port that it listens on. @param {Node} node */
export const portOf = (node) => Number(/\/tcp\/(\d+)/.exec(String(node.getMultiaddrs()[0]))?.[1]);

/** @param {Node} from @param {number} port @param {Node['peerId']} to */
export const dial = (from, port, to) => from.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${to}`));
