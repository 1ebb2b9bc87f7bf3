export type { ReconcilerCounters, ReconcilerHost, Reconciling } from './host.js';
export { Reconciler } from './reconciler.js';
