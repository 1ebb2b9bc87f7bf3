// @ts-check
// The least that a member in a Node process can do, for processes.mjs: it sends payloads as bare datagrams along a fixed tree, and
// acknowledges every second one (RFC 9000, section 13.2.2). No encryption, no hash, no repair. It takes the commands of member.mjs.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { obey } from './commands.mjs';
import { payload } from './payload.mjs';

/** The length of a QUIC packet with nothing but an acknowledgement. Datagrams of up to this length are no payloads. */
const SHORT_BYTES = 40;

const socket = createSocket('udp4');
/** The members that payloads are passed on to. @type {{ address: string, port: number }[]} */
const children = [];
let count = 0;
let packets = 0;

/** @param {Uint8Array} datagram @param {{ address: string, port: number }} to */
function send(datagram, { address, port }) {
  packets++;
  socket.send(datagram, port, address);
}

/** @param {Uint8Array} content */
function forward(content) {
  for (const child of children) send(content, child);
}

socket.on('message', (datagram, from) => {
  if (datagram.length === 1) children.push(from); // a child joins
  if (datagram.length <= SHORT_BYTES) return;
  count++;
  if (count % 2 === 0) send(new Uint8Array(SHORT_BYTES), from);
  forward(datagram);
});
socket.bind(0, '127.0.0.1');
await once(socket, 'listening');

/** @param {number} messages @param {number} bytes @param {number} pauseMs */
async function publish(messages, bytes, pauseMs) {
  for (let i = 0; i < messages; i++) {
    forward(payload(bytes));
    await new Promise((resolve) => (pauseMs > 0 ? setTimeout(resolve, pauseMs) : setImmediate(resolve)));
  }
}

await obey(String(socket.address().port), {
  join: (parents) => {
    for (const port of parents) send(new Uint8Array(1), { address: '127.0.0.1', port: Number(port) });
  },
  send: publish,
  look: () => ({ count, packets, neighbors: children.length }),
});
