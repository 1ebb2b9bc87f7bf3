// @ts-check
// E1: for small payloads, is it better to send them to every neighbor than to announce them? In packets and CPU, on real sockets.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** @typedef {import('./l1/load.mjs').Figures} Figures */

/** More than five neighbors to choose from, and few enough for 1,000 payloads a second in one process. */
const NODES = 8;
const SECONDS = 8;
const SIZES = [20, 100, 200];
const RATES = [10, 100, 1_000];
const contenders = ['hardened', 'eager'];
const folder = fileURLToPath(new URL('.', import.meta.url));

/** Runs one contender in a process of its own. @param {string} contender @param {number} perSecond @param {number} bytes @returns {Figures} */
function run(contender, perSecond, bytes) {
  const args = ['l1/grapevine.mjs', contender, NODES, perSecond, SECONDS, bytes].map(String);
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${contender} ended with ${status}`);
  const [figures] = JSON.parse(stdout);
  return figures;
}

/** @type {{ name: string, contender: string, figures: Figures }[]} */
let all = [];

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'E1',
  question:
    'payloads of 20 bytes at 10 a second, announced or sent to everybody: packets a delivery (smaller is better)',
  unit: 'packets',
  cpuUnit: 'µs CPU per delivery',
  target: 'what the kernel does takes no more packets than the other, in any of the loads',
  run: async () => {
    all = RATES.flatMap((perSecond) =>
      SIZES.flatMap((bytes) =>
        contenders.map((contender) => {
          process.stderr.write(`  ${bytes} bytes, ${perSecond}/s: ${contender} …\n`);
          return { name: `${bytes} bytes, ${perSecond}/s`, contender, figures: run(contender, perSecond, bytes) };
        }),
      ),
    );
    return all.slice(0, contenders.length).map(({ contender, figures }) => ({
      name: contender === 'hardened' ? 'ours: announced' : 'sent to everybody',
      value: figures.packets,
      cpu: figures.cpuUs,
    }));
  },
  details: () => [
    ['load', 'rule', 'packets a delivery', 'µs CPU a delivery', 'p50 ms', 'p99', 'delivered'],
    ...all.map(({ name, contender, figures: { p50, p99, packets, cpuUs, received, expected } }) => [
      name,
      contender === 'hardened' ? 'announced' : 'to everybody',
      packets.toFixed(2),
      cpuUs.toFixed(0),
      p50.toFixed(0),
      p99.toFixed(0),
      `${received} of ${expected}`,
    ]),
  ],
  meets: () =>
    all.every(({ figures }, index) => index % 2 === 1 || figures.packets <= (all[index + 1]?.figures.packets ?? 0)),
};
