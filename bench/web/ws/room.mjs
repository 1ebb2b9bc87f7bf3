// @ts-check
// The contender: a WebSocket server that passes each message on to all other clients, as web developers do it today.
import { WebSocket, WebSocketServer } from 'ws';

/** Starts the server. @returns {Promise<string>} its URL */
export async function startServer() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('message', (bytes) => {
      for (const other of server.clients) if (other !== socket) other.send(bytes, { binary: true });
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `ws://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
}

/** Starts a client. @param {string} url @param {(bytes: Uint8Array) => void} received @returns {Promise<(bytes: Uint8Array) => Promise<void>>} sends a message */
export async function startClient(url, received) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('message', (bytes) => received(/** @type {Buffer} */ (bytes)));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return (bytes) => new Promise((resolve) => socket.send(bytes, () => resolve()));
}
