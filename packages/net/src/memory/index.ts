export type { MemoryEndpoint, MemoryEndpointOptions } from './endpoint.js';
export { MemoryNetwork, type MemoryNetworkOptions } from './network.js';
