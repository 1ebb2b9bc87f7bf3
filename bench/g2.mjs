// @ts-check
// G2: what does a delivery cost when one of ten nodes floods the others with payloads of 100 bytes?
import { floodRow } from './lib/flood-row.mjs';

export const row = floodRow({
  id: 'G2',
  size: '100 B',
  bytes: 100,
  ours: { warmUp: 2000, messages: 12_000 },
  peers: {
    'gossipsub 17, unsigned': {
      warmUp: 1000,
      messages: 4000,
      signed: false,
      atMost: 1 / 6,
      what: "CPU <= 1/6 of unsigned gossipsub's",
    },
  },
});
