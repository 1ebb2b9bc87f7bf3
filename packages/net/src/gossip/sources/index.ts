export type { Guest } from './guest.js';
export type { Refusal, SourcesSnapshot } from './snapshot.js';
export { type DialTarget, Sources } from './sources.js';
