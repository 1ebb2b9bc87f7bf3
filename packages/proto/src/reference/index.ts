/**
 * The protocol with the rules of the Rust crate alone: mode `reference` without mode `hardened`.
 *
 * @module
 */
export { ReferenceState } from './reference-state.js';
