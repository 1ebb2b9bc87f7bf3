/**
 * A gossip node for those that dial and can't be dialed, as a browser tab.
 *
 * @module
 */
export { LeafNode, type LeafOptions } from './leaf-node.js';
