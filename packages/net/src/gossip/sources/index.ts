export { PENDING, STRANGER_PENDING } from './limits.js';
export type { PeerAccount } from './peer-account.js';
export type { Refusal, SourcesSnapshot } from './snapshot.js';
export { type DialTarget, Sources } from './sources.js';
