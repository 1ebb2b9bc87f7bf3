export type { AnyRegistry } from './any-registry.js';
export { gossipMetrics, type NodeMetrics } from './gossip-metrics.js';
export type { RpcCounts } from './own-counts.js';
export { processMetrics } from './process-metrics.js';
export { type MetricsServer, type Page, type ServeMetricsOptions, serveMetrics } from './serve-metrics.js';
