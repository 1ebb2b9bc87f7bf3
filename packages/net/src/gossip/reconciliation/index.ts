export type { ReconcilerCounters, ReconcilerHost, Reconciling } from './host.js';
export type { UnknownMessage } from './past.js';
export { Reconciler } from './reconciler.js';
