// @ts-check

/**
 * All rows, loaded only when they are run.
 * @type {Record<string, { question: string, load: () => Promise<{ row: import('./lib/row.mjs').Row }> }>}
 */
export const rows = {
  Q1: { question: 'one QUIC stream in bulk', load: () => import('./q1.mjs') },
  Q2: { question: 'handshakes per second, mutual TLS', load: () => import('./q2.mjs') },
};
