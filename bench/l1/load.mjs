// @ts-check
// The load of L1: a swarm of real nodes in one process, in which a random node publishes again and again.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A swarm that is ready to publish.
 * @typedef {{
 *   publish: (node: number, content: Uint8Array) => Promise<unknown>,
 *   packets: () => number | Promise<number>, sent by all nodes so far
 *   close: () => Promise<void>,
 * }} Swarm
 * @typedef {{ nodes: number, perSecond: number, seconds: number, bytes?: number }} Load bytes: the length of a payload
 * @typedef {{ expected: number, received: number, p50: number, p90: number, p99: number, packets: number, cpuUs: number }} Figures
 *   percentiles in ms; packets and CPU for each delivery
 */

/** The length of a payload, unless a load says otherwise. It must have room for a time and a number. */
const BYTES = 100;
/** By then views, meshes and trees have their shape. */
const SETTLE_MS = 4_000;
/** By then the last deliveries have come. */
const DRAIN_MS = 3_000;

/** A generator of the same numbers in each run. @param {number} seed */
export function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

/** The delay of all that a node sends, for each node: 20 to 40 ms. @param {number} nodes */
export function delays(nodes) {
  const random = generator(777);
  return Array.from({ length: nodes }, () => 20 + Math.floor(random() * 20));
}

/** Call `receive` with each payload that a node receives. @returns {{ receive: (content: Uint8Array) => void, measure: (swarm: Swarm, load: Load) => Promise<Figures> }} */
export function meter() {
  /** @type {number[]} */
  const times = [];
  let received = 0;
  let measuredFrom = Number.POSITIVE_INFINITY;
  return {
    receive: (content) => {
      received++;
      const sentAt = new DataView(content.buffer, content.byteOffset, content.length).getFloat64(0);
      if (sentAt > measuredFrom) times.push(performance.now() - sentAt);
    },
    measure: async (swarm, { nodes, perSecond, seconds, bytes = BYTES }) => {
      await sleep(SETTLE_MS);
      const random = generator(12_345);
      const start = performance.now();
      measuredFrom = start + seconds * 500;
      let before;
      let sent = 0;
      let due = start;
      while (performance.now() < start + seconds * 1000) {
        if (before === undefined && performance.now() > measuredFrom) {
          before = { packets: await swarm.packets(), received, cpu: process.cpuUsage() };
        }
        await swarm.publish(Math.floor(random() * nodes), payload(bytes, sent++));
        due += (-Math.log(1 - random() * 0.9999) / perSecond) * 1000;
        // A timer takes a millisecond at least, so several may be due.
        const wait = due - performance.now();
        if (wait > 0) await sleep(wait);
      }
      await sleep(DRAIN_MS);
      if (before === undefined) throw new Error('nothing was measured');
      const { user, system } = process.cpuUsage(before.cpu);
      const deliveries = received - before.received;
      times.sort((a, b) => a - b);
      const percentile = (/** @type {number} */ share) => times[Math.ceil(share * times.length) - 1] ?? Number.NaN;
      return {
        expected: sent * (nodes - 1),
        received,
        p50: percentile(0.5),
        p90: percentile(0.9),
        p99: percentile(0.99),
        packets: ((await swarm.packets()) - before.packets) / deliveries,
        cpuUs: (user + system) / deliveries,
      };
    },
  };
}

/** A payload that says when it was published, and is different from all others. @param {number} bytes @param {number} number */
function payload(bytes, number) {
  const content = new Uint8Array(bytes);
  const view = new DataView(content.buffer);
  view.setFloat64(0, performance.now());
  view.setUint32(8, number);
  return content;
}
