export type { ReconcilerCounters } from './host.js';
export { Reconciler } from './reconciler.js';
