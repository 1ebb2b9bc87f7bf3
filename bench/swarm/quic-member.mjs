// @ts-check
// A bare node on the QUIC binding as a process, for processes.mjs. Its argument is its key and certificate.
import { programOptions } from '../lib/program.mjs';
import { BareQuic } from './bare-quic.mjs';
import { obey } from './commands.mjs';
import { payload } from './payload.mjs';

/** The length of all payloads in rows with processes. */
const BYTES = 1024;

let count = 0;
const node = new BareQuic(programOptions(), () => void count++);
const port = await node.bind();
node.expect(BYTES);

/** @param {number} messages @param {number} bytes @param {number} pauseMs */
async function publish(messages, bytes, pauseMs) {
  if (bytes !== BYTES) throw new Error(`this floor is for payloads of ${BYTES} bytes`);
  for (let i = 0; i < messages; i++) {
    await node.publish(payload(bytes));
    await new Promise((resolve) => (pauseMs > 0 ? setTimeout(resolve, pauseMs) : setImmediate(resolve)));
  }
}

await obey(String(port), {
  join: async (ports) => {
    for (const other of ports) await node.dial(Number(other));
  },
  send: publish,
  look: () => ({ count, packets: node.datagrams, neighbors: node.links.length }),
});
