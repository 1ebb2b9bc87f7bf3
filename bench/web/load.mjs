// @ts-check
// A server in a process of its own, and clients here: one publishes, the others count and time what arrives.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { answer, programOptions } from '../lib/program.mjs';

const { kind, listeners, bytes, messages, perSecond } = programOptions();
const server = fork(fileURLToPath(new URL('./server.mjs', import.meta.url)), [kind], {
  stdio: ['ignore', 2, 2, 'ipc'],
});
const ask = async () => {
  const reply = once(server, 'message');
  server.send('usage');
  return (await reply)[0];
};
const [{ where }] = await once(server, 'message');
const { startClient } = await import(kind === 'ws' ? './ws/room.mjs' : './grapevine.mjs');

/** @type {number[]} */
const latencies = [];
let received = 0;
/** @param {Uint8Array} message */
const onMessage = (message) => {
  const sentAt = new DataView(message.buffer, message.byteOffset).getFloat64(0);
  if (sentAt === 0) return; // a message of the warm-up
  received++;
  latencies.push(performance.now() - sentAt);
};
await sleep(500);
const alone = await ask();
const say = await startClient(where, () => {});
for (let i = 0; i < listeners; i++) await startClient(where, onMessage);

let number = 0;
/** @param {number} sentAt */
const message = (sentAt) => {
  const content = new Uint8Array(bytes);
  const view = new DataView(content.buffer);
  view.setFloat64(0, sentAt);
  view.setUint32(8, ++number); // equal messages would be duplicates
  return content;
};
for (let i = 0; i < 20; i++) {
  await say(message(0));
  await sleep(20);
}
await sleep(1_000);
const before = await ask();
const start = performance.now();
for (let i = 0; i < messages; i++) {
  if (perSecond > 0) await sleep(start + (i * 1_000) / perSecond - performance.now());
  await say(message(performance.now()));
}
const deadline = performance.now() + 60_000;
while (received < messages * listeners && performance.now() < deadline) await sleep(2);
const wallMs = performance.now() - start;
const after = await ask();
latencies.sort((a, b) => a - b);
/** @param {number} part */
const percentile = (part) =>
  latencies[Math.min(latencies.length - 1, Math.floor(part * latencies.length))] ?? Number.NaN;
const cpuUs = after.cpuUs - before.cpuUs;
server.kill();
answer({
  p50: percentile(0.5),
  p99: percentile(0.99),
  perSecond: (received / wallMs) * 1_000,
  cpuUs: cpuUs / received,
  // At the rate that was asked for, even if the clients, which share this machine, fell behind it.
  cores: cpuUs / (perSecond > 0 ? (messages / perSecond) * 1e6 : wallMs * 1_000),
  memoryMb: after.residentBytes / 1e6,
  tabKb: (before.residentBytes - alone.residentBytes) / 1e3 / (listeners + 1),
  share: received / (messages * listeners),
});
