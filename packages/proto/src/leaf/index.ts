/**
 * The protocol of a leaf: a node that dials and can't be dialed, as a browser tab.
 *
 * @module
 */
export { LeafState } from './leaf-state.js';
