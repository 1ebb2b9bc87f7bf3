// @ts-check
// The load of G1, G2 and G3: ten nodes in one process, of which one publishes, as fast as it can or at a rate.
import { setTimeout as sleep } from 'node:timers/promises';
import { payload } from './payload.mjs';

/**
 * @typedef {{ nodes: number, bytes: number, warmUp: number, messages: number, perSecond: number }} Load
 *   perSecond: 0 is as fast as `publish` resolves
 * @typedef {{ publish: (content: Uint8Array) => Promise<unknown>, packets: () => number }} Swarm a swarm that is ready to publish
 * @typedef {{ share: number, perSecond: number, cpuUs: number, packets: number, p50: number, p99: number, memoryMb: number }} Figures
 *   share: of the deliveries that came, 1 is all; cpuUs and packets: for each delivery; p50 and p99: milliseconds from publishing to delivery
 */

/** By then views, meshes and trees have their shape. */
const SETTLE_MS = 4_000;
/** A swarm that delivers nothing for this long has delivered all it will, in milliseconds. */
const QUIET_MS = 5_000;

/** @returns {{ receive: (content: Uint8Array) => void, measure: (swarm: Swarm, load: Load) => Promise<Figures> }} */
export function meter() {
  /** @type {number[]} */
  let times = [];
  let received = 0;
  let lastAt = 0;

  /** @param {Swarm} swarm @param {number} messages @param {Load} load */
  async function publish(swarm, messages, { bytes, perSecond, nodes }) {
    const before = received;
    const expected = messages * (nodes - 1);
    const start = performance.now();
    for (let i = 0; i < messages; i++) {
      if (perSecond > 0) await sleep(Math.max(0, start + (i * 1000) / perSecond - performance.now()));
      await swarm.publish(payload(bytes));
    }
    lastAt = Math.max(lastAt, performance.now());
    while (received - before < expected && performance.now() - lastAt < QUIET_MS) await sleep(1);
    return { got: received - before, expected, seconds: (lastAt - start) / 1000 };
  }

  return {
    receive: (content) => {
      received++;
      lastAt = performance.now();
      times.push(lastAt - new DataView(content.buffer, content.byteOffset, content.length).getFloat64(0));
    },
    measure: async (swarm, load) => {
      await sleep(SETTLE_MS);
      await publish(swarm, load.warmUp, load);
      await sleep(500);
      times = [];
      const packets = swarm.packets();
      const cpu = process.cpuUsage();
      const { got, expected, seconds } = await publish(swarm, load.messages, load);
      const { user, system } = process.cpuUsage(cpu);
      times.sort((a, b) => a - b);
      const percentile = (/** @type {number} */ share) => times[Math.ceil(share * times.length) - 1] ?? Number.NaN;
      return {
        share: got / expected,
        perSecond: got / seconds,
        cpuUs: (user + system) / got,
        packets: (swarm.packets() - packets) / got,
        p50: percentile(0.5),
        p99: percentile(0.99),
        memoryMb: process.memoryUsage.rss() / 1e6,
      };
    },
  };
}
