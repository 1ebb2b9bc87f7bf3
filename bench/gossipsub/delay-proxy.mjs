// @ts-check
// A process of its own that delays TCP. Its parent asks it for a port that leads to a node, or for the number of pieces it has carried.
import { createConnection, createServer } from 'node:net';

/** Pieces of data that it has carried. On a real network each is a packet or more. */
let pieces = 0;

/**
 * Passes data on after a delay, in order.
 * @param {import('node:net').Socket} from
 * @param {import('node:net').Socket} to
 * @param {number} delayMs
 */
function carry(from, to, delayMs) {
  from.setNoDelay(true);
  from.on('data', (chunk) => {
    pieces++;
    setTimeout(() => to.writable && to.write(chunk), delayMs);
  });
  from.on('close', () => setTimeout(() => to.destroy(), delayMs));
  from.on('error', () => {});
}

process.on(
  'message',
  (/** @type {{ id: number, to?: number, there?: number, back?: number }} */ { id, to, there = 0, back = 0 }) => {
    if (to === undefined) {
      process.send?.({ id, value: pieces });
      return;
    }
    const server = createServer((dialer) => {
      server.close();
      const listener = createConnection(to, '127.0.0.1');
      carry(dialer, listener, there);
      carry(listener, dialer, back);
    }).listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      process.send?.({ id, value: port });
    });
  },
);
process.on('disconnect', () => process.exit());
