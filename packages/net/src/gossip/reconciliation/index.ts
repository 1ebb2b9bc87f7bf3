export { Reconciler } from './reconciler.js';
