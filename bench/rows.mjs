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
  G1: { question: 'floods of 1 kB, ten nodes in a process, beside gossipsub', load: () => import('./g1.mjs') },
  G2: { question: 'floods of 100 B, ten nodes in a process, beside gossipsub', load: () => import('./g2.mjs') },
  G3: { question: '100 payloads a second, ten nodes in a process, beside gossipsub', load: () => import('./g3.mjs') },
  G4: { question: '100 payloads a second, ten processes, beside the Rust crate', load: () => import('./g4.mjs') },
  G4f: { question: 'floods of 1 kB, ten processes, beside the Rust crate', load: () => import('./g4f.mjs') },
  G5: { question: 'an idle node with five neighbors', load: () => import('./g5.mjs') },
  R1: {
    question: 'repair after members have died, beside the Rust crate and gossipsub',
    load: () => import('./r1.mjs'),
  },
  M1: { question: 'memory of a process, a topic, a connection', load: () => import('./m1.mjs') },
  M2: { question: 'install and bundle size, beside libp2p with gossipsub', load: () => import('./m2.mjs') },
  C1: { question: 'messages encoded and decoded, beside protobufjs', load: () => import('./c1.mjs') },
  C2: { question: 'BLAKE3 in use, beside @noble/hashes', load: () => import('./c2.mjs') },
  C3: { question: 'lines of chat signed and verified, beside @noble/ed25519', load: () => import('./c3.mjs') },
  C4: { question: 'what it costs that content is safe to touch', load: () => import('./c4.mjs') },
  growth: { question: 'CPU a delivery with more nodes, topics, neighbors', load: () => import('./growth.mjs') },
  W1: { question: 'from tab to tab, beside a WebSocket server', load: () => import('./w1.mjs') },
  W2: {
    question: 'from a tab to many, and what a hub pays, beside a WebSocket server',
    load: () => import('./w2.mjs'),
  },
  S1: { question: 'the simulator beside the Rust one', load: () => import('./s1.mjs') },
  S2: { question: 'the simulator from 1,000 to 100,000 nodes', load: () => import('./s2.mjs') },
};

/**
 * Names for several rows.
 * @type {Record<string, readonly string[]>}
 */
export const groups = {
  gossip: ['G1', 'G2', 'G3', 'G4', 'G4f', 'G5', 'R1'],
  memory: ['M1', 'M2'],
  parts: ['C1', 'C2', 'C3', 'C4'],
  quic: ['Q1', 'Q2'],
  iroh: ['I1'],
  web: ['W1', 'W2'],
  sim: ['S1', 'S2'],
};
