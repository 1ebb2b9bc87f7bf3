// @ts-check
// G1: what does a delivery cost when one of ten nodes floods the others with payloads of 1 kB?
import { floodRow } from './lib/flood-row.mjs';

export const row = floodRow({
  id: 'G1',
  size: '1 kB',
  bytes: 1024,
  ours: { warmUp: 1000, messages: 4000 },
  peers: {
    'gossipsub 17, unsigned': {
      warmUp: 500,
      messages: 1500,
      signed: false,
      atMost: 1 / 6,
      what: "CPU <= 1/6 of unsigned gossipsub's",
    },
    'gossipsub 17, signed': {
      warmUp: 200,
      messages: 500,
      signed: true,
      atMost: 1 / 20,
      what: "CPU <= 1/20 of signed gossipsub's",
    },
  },
});
