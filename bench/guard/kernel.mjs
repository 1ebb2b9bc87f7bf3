// @ts-check
// What the kernel's decisions cost, in virtual time. The counts are the same on each machine.
import { runLoad, SECOND } from '@grapevine/sim';

/** @type {Record<string, import('@grapevine/sim').Load>} */
const LOADS = {
  'one of 10 nodes, 100/s': {
    nodes: 10,
    senders: 1,
    duration: 10 * SECOND,
    payloadBytes: 1024,
    pattern: { type: 'random', perSecond: 100 },
  },
  'all of 60 nodes, 50/s': {
    nodes: 60,
    duration: 10 * SECOND,
    payloadBytes: 100,
    pattern: { type: 'random', perSecond: 50 },
  },
};

/** Counts for each delivery. @returns {Record<string, number>} */
export function kernelCounts() {
  return Object.fromEntries(
    Object.entries(LOADS).flatMap(([name, load]) => {
      const { traffic, expected, lost } = runLoad(load, 'hardened', 1);
      const deliveries = expected - lost;
      return [
        [`kernel, ${name}: payloads`, traffic.payload / deliveries],
        [`kernel, ${name}: control messages`, traffic.control / deliveries],
        [`kernel, ${name}: control bytes`, traffic.controlBytes / deliveries],
        [`kernel, ${name}: membership bytes`, traffic.membershipBytes / deliveries],
        [`kernel, ${name}: lost`, lost],
      ];
    }),
  );
}
