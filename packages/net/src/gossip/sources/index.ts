export type { Guest } from './guest.js';
export type { Refusal, SourcesSnapshot } from './snapshot.js';
export { type DialTarget, type PeerOrigin, Sources } from './sources.js';
