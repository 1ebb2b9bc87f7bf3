export type { AnyRegistry } from './any-registry.js';
export { gossipMetrics } from './gossip-metrics.js';
export { type MetricsServer, type ServeMetricsOptions, serveMetrics } from './serve-metrics.js';
