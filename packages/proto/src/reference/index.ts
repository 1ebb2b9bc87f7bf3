/**
 * The protocol with the rules of the Rust crate alone: mode `reference` without the other one.
 *
 * @module
 */
export { ReferenceState } from './reference-state.js';
