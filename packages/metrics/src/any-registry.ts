import type { OpenMetricsContentType, PrometheusContentType, Registry } from 'prom-client';

/** A registry of prom-client, whichever of its two formats it speaks. */
export type AnyRegistry = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>;
