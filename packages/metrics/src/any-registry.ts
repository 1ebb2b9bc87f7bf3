import { anObjectWith } from '@grapevine/proto/check';
import type { OpenMetricsContentType, PrometheusContentType, Registry } from 'prom-client';

/** A registry of prom-client, whichever of its two formats it speaks. */
export type AnyRegistry = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>;

/** Recognises a registry, also of another copy of prom-client. */
export const aRegistry = anObjectWith(
  'a Registry of prom-client',
  'metrics',
  'registerMetric',
  'getSingleMetric',
  'removeSingleMetric',
);
