import { randomBytes } from 'node:crypto';
import type { SocketAddr } from '../../../src/address/socket-addr.js';
import { decodeFrame, encodeFrame, packKeys } from '../../../src/gossip/reconciliation/frames.js';
import { SecretKey } from '../../../src/identity/secret-key.js';
import { NativeConnection, rawConnection } from '../../../src/quic/native-connection.js';
import { CID_LENGTH } from '../../../src/quic/packet-header.js';
import { bareHandshakeMs } from './bare-handshake.js';
import { type Hello, helloDatagram, helloIn, initialWith, readRetry } from './first-flight.js';
import * as frames from './frames.js';
import { clientConfig, HostileClient } from './hostile-client.js';

/** The first flights of clients that never complete a handshake. */
function hellos(count: number, alpn: string): Hello[] {
  const config = clientConfig(alpn, SecretKey.generate());
  const nobody = { host: '127.0.0.1', port: 1 };
  return Array.from({ length: count }, () => {
    const buffer = Buffer.alloc(1_500);
    const raw = rawConnection.connect(null, randomBytes(CID_LENGTH), nobody, nobody, config);
    return helloIn(buffer.subarray(0, new NativeConnection(raw).send(buffer)));
  });
}

/** Everything hostile, for `npm run siege`: `HostileKit` in `internal/siege` describes it. */
export const kit = {
  connect: (server: SocketAddr, options: { readonly alpn: string; readonly host: string }) =>
    HostileClient.connect(server, options),
  hellos,
  helloDatagram,
  emptyInitial: () => initialWith(frames.ping()),
  readRetry,
  handshakeMs: () => bareHandshakeMs(),
  frames,
  history: { encodeFrame, decodeFrame, packKeys },
};
