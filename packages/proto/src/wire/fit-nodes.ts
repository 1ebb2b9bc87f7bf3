import type { Config } from '../config.js';
import { aMessageSize } from '../resolve-config.js';
import type { PeerInfo } from './message.js';

/** Bytes of a peer's identity on the wire. The kernel does not know the codec of P; on the network it is this. */
const PEER_ID = 32;
/** The tag of absent data. */
const NO_DATA = 1;
/** The length of data; two bytes reach 16,383. */
const DATA_LENGTH = 2;
/** What a message takes besides its nodes: two discriminants, origin, count (two bytes reach 16,383), time to live. */
const MESSAGE = 2 + PEER_ID + 2 + 3;

/** The most bytes of peer data with which every message that carries it, alone, fits into a frame. */
export function maxPeerData(config: Config): number {
  CHECK: aMessageSize('maxMessageSize', config?.maxMessageSize);
  return config.maxMessageSize - 1 - MESSAGE - PEER_ID - NO_DATA - DATA_LENGTH;
}

/**
 * Cuts a list of nodes so that a message with it can be sent: first data is left out where it is too much, then nodes.
 *
 * @param reserved - Bytes that something else in the message takes.
 * @returns The very list when it fits.
 */
export function fitNodes<P>(config: Config, nodes: readonly PeerInfo<P>[], reserved: number): readonly PeerInfo<P>[] {
  const total = config.maxMessageSize - 1 - MESSAGE - reserved;
  if (lengthOf(nodes) <= total) return nodes;
  const kept = nodes.slice(0, Math.max(0, Math.floor(total / (PEER_ID + NO_DATA))));
  let room = total - kept.length * (PEER_ID + NO_DATA);
  return kept.map((node) => {
    if (node.data === undefined) return node;
    const length = DATA_LENGTH + node.data.length;
    if (length > room) return { id: node.id, data: undefined };
    room -= length;
    return node;
  });
}

function lengthOf<P>(nodes: readonly PeerInfo<P>[]): number {
  let length = 0;
  for (const { data } of nodes) {
    length += PEER_ID + NO_DATA + (data === undefined ? 0 : DATA_LENGTH + data.length);
  }
  return length;
}
