import { randomBytes } from 'node:crypto';
import { SecretKey } from '../../../src/identity/secret-key.js';
import type { RecvInfo } from '../../../src/quic/binding.js';
import { Configs } from '../../../src/quic/config.js';
import { NativeConnection, rawConnection } from '../../../src/quic/native-connection.js';
import { resolveOptions } from '../../../src/quic/options.js';
import { CID_LENGTH } from '../../../src/quic/packet-header.js';
import { clientConfig } from './hostile-client.js';

const ALPN = 'bare';
const CLIENT = { host: '127.0.0.1', port: 1 };
const SERVER = { host: '127.0.0.1', port: 2 };
const AT_SERVER: RecvInfo = { from: CLIENT, to: SERVER };
const AT_CLIENT: RecvInfo = { from: SERVER, to: CLIENT };
const MAX_ROUNDS = 10;

/**
 * What the server's side of a handshake costs quiche alone: datagrams go from hand to hand, without a socket, a driver, or anybody who looks at them.
 *
 * @param handshakes - of which the middle one counts
 * @returns CPU in milliseconds
 */
export function bareHandshakeMs(handshakes = 41): number {
  const settings = resolveOptions({ secretKey: SecretKey.generate() }, 'identity');
  const serverConfig = new Configs(settings).for('accepted', [ALPN], CLIENT);
  const ofClients = clientConfig(ALPN, SecretKey.generate());
  const times = Array.from({ length: handshakes }, () => {
    const connect = rawConnection.connect(null, randomBytes(CID_LENGTH), CLIENT, SERVER, ofClients);
    return handshakeMs(new NativeConnection(connect), () =>
      rawConnection.accept(randomBytes(CID_LENGTH), null, SERVER, CLIENT, serverConfig),
    );
  });
  return times.sort((a, b) => a - b)[handshakes >> 1] ?? 0;
}

function handshakeMs(client: NativeConnection, accept: () => ReturnType<typeof rawConnection.accept>): number {
  let server: NativeConnection | undefined;
  let us = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const flight = datagramsOf(client);
    const before = process.cpuUsage();
    server ??= new NativeConnection(accept());
    for (const datagram of flight) server.recv(datagram, AT_SERVER);
    const answer = datagramsOf(server);
    const { user, system } = process.cpuUsage(before);
    us += user + system;
    for (const datagram of answer) client.recv(datagram, AT_CLIENT);
    if (flight.length + answer.length === 0) break;
  }
  if (!server?.isEstablished()) throw new Error('a handshake between two connections of quiche has failed');
  return us / 1_000;
}

function datagramsOf(native: NativeConnection): Buffer[] {
  const buffer = Buffer.alloc(1_500);
  const datagrams: Buffer[] = [];
  for (let length = native.send(buffer); length > 0; length = native.send(buffer))
    datagrams.push(Buffer.from(buffer.subarray(0, length)));
  return datagrams;
}
