/**
 * Gossip for nodes that dial and can't be dialed, as browser tabs. Everything else is in the main entry.
 *
 * @module
 */
export type { LeafOptions } from '@grapevine/net/leaf';
export { LeafGossip } from './leaf-gossip.js';
