export { GossipNode } from './node.js';
export type { GossipOptions } from './options.js';
