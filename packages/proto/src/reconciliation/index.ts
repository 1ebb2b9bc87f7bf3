export { ReconciliationError, type ReconciliationProblem } from './error.js';
export { MAX_FRAME_LENGTH } from './frame.js';
export { SALT_LENGTH } from './half-sip-hash.js';
export { type KeySet, KeySetBuilder } from './key-set.js';
export { type Difference, Reconciliation, type ReconciliationLimits, saltOf } from './reconciliation.js';
