import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { SocketAddr } from '../../src/address/socket-addr.js';
import { pattern } from '../../src/compliance/support.js';

/** Sends random bytes, and the beginnings of QUIC packets followed by random bytes. */
export async function sendGarbage({ host, port }: SocketAddr, seed: number): Promise<void> {
  const socket = createSocket('udp4');
  socket.connect(port, host);
  await once(socket, 'connect');
  for (let i = 0; i < 500; i++) {
    const bytes = Buffer.from(pattern(1 + ((i * 37) % 1400), seed + i));
    if (i % 3 === 1) bytes[0] = 0xc0 | (i & 0x3f); // a long header
    if (i % 3 === 1 && bytes.length > 5) bytes.writeUInt32BE(1, 1); // of version 1
    if (i % 3 === 2) bytes[0] = 0x40 | (i & 0x3f); // a short header
    await new Promise<void>((resolve) => socket.send(bytes, () => resolve()));
  }
  socket.close();
}
