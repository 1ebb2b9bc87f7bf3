import { collectDefaultMetrics, register as globalRegistry } from 'prom-client';
import { type AnyRegistry, aRegistry } from './any-registry.js';

/** Gauges of prom-client whose names end like a counter's: `promtool check metrics` complains about them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** One of prom-client's own metrics. A registry has them once, also where another copy of this package or the program has added them. */
const CPU = 'process_cpu_user_seconds_total';

/**
 * Adds prom-client's metrics of the process: CPU, memory, open files, garbage collection, delay of the event loop.
 *
 * @param registry default: prom-client's global registry
 *
 * @example
 * ```ts
 * const metrics = gossipMetrics();
 * processMetrics();
 * const server = await serveMetrics({ port: 9464 });
 * ```
 */
export function processMetrics(registry: AnyRegistry = globalRegistry): void {
  aRegistry('registry', registry);
  if (registry.getSingleMetric(CPU) !== undefined) return;
  collectDefaultMetrics({ register: registry as typeof globalRegistry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}
