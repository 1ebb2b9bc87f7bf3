// @ts-check

/**
 * All rows, loaded only when they are run.
 * @type {Record<string, { question: string, load: () => Promise<{ row: import('./lib/row.mjs').Row }> }>}
 */
export const rows = {
  Q1: { question: 'one QUIC stream in bulk', load: () => import('./q1.mjs') },
  Q2: { question: 'handshakes per second, mutual TLS', load: () => import('./q2.mjs') },
  I1: { question: 'one iroh stream in bulk', load: () => import('./i1.mjs') },
  L1: { question: 'many publish over slow links: times, packets and CPU', load: () => import('./l1.mjs') },
  E1: { question: 'small payloads: announced or sent to everybody', load: () => import('./e1.mjs') },
  S1: { question: 'the simulator beside the Rust one', load: () => import('./s1.mjs') },
  S2: { question: 'the simulator from 1,000 to 100,000 nodes', load: () => import('./s2.mjs') },
};

/**
 * Names for several rows.
 * @type {Record<string, readonly string[]>}
 */
export const groups = { quic: ['Q1', 'Q2'], iroh: ['I1'], sim: ['S1', 'S2'] };
