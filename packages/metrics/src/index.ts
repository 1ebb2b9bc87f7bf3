export type { AnyRegistry } from './any-registry.js';
export { gossipMetrics } from './gossip-metrics.js';
export { processMetrics } from './process-metrics.js';
export { type MetricsServer, type Page, type ServeMetricsOptions, serveMetrics } from './serve-metrics.js';
