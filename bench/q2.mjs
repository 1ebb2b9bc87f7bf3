// @ts-check
// Q2: how many handshakes with mutual TLS per second, on loopback, both ends in this process?
import { Endpoint } from '@grapevine/net/quic';
import { interleaved, timed } from './lib/measure.mjs';
import { startClasses } from './lib/quic-classes.mjs';

const AT_ONCE = 8;
const OURS = 400;
const CLASSES = 80;

/**
 * Does a number of handshakes, several at once.
 * @param {number} count
 * @param {() => Promise<void>} handshake
 */
const many = (count, handshake) =>
  timed(async () => {
    let left = count;
    const worker = async () => {
      while (left-- > 0) await handshake();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return count;
  });

async function ours() {
  const options = { address: '127.0.0.1:0', alpns: ['bench'] };
  const [client, server] = await Promise.all([Endpoint.bind(options), Endpoint.bind(options)]);
  const accepting = (async () => {
    for await (const incoming of server.accept()) void incoming.accept().catch(() => {});
  })();
  const to = server.addr();
  const sample = await many(OURS, async () => (await client.connect(to, 'bench')).close(0));
  await Promise.all([client.close(), server.close(), accepting]);
  return sample;
}

async function classes() {
  const peer = await startClasses(() => {});
  const sample = await many(CLASSES, async () => {
    const client = await peer.dial();
    await client.destroy({ isApp: true, errorCode: 0, force: true });
  });
  await peer.close();
  return sample;
}

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'Q2',
  question: 'handshakes per second, mutual TLS',
  unit: 'handshakes/s',
  cpuUnit: 'ms CPU each',
  target: '>= 4x the classes of @matrixai/quic',
  run: async () => {
    const result = await interleaved(5, { ours, '@matrixai/quic classes': classes });
    return Object.entries(result).map(([name, { perSecond, cpuPerWorkUs }]) => ({
      name,
      value: perSecond,
      cpu: cpuPerWorkUs / 1000,
    }));
  },
  meets: (ratios) => Number(ratios['@matrixai/quic classes']) >= 4,
};
