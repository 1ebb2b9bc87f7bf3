import { createHash } from 'node:crypto';
import { parseSocketAddr } from '@grapevine/net';
import { type CertificateConnection, CertificateEndpoint } from '@grapevine/net/quic';
import { webAddrs } from '../src/index.js';
import type { WebListener } from '../src/listener/index.js';

/** A QUIC connection to a listener without any HTTP/3 yet, for tests that break the rules of HTTP/3. */
export async function rawConnect(
  listener: WebListener,
): Promise<{ readonly quic: CertificateConnection; close(): Promise<void> }> {
  const endpoint = await CertificateEndpoint.bind({ address: '127.0.0.1:0', datagrams: true });
  const [to] = webAddrs(listener.addr().addrs);
  if (!to) throw new Error('the listener has no address');
  const [certificateHash] = to.hashes;
  const quic = await endpoint.connect(
    { addr: parseSocketAddr(to.authority), certificateHash: certificateHash as Uint8Array },
    'h3',
  );
  return { quic, close: () => endpoint.close() };
}

/** SHA-256. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
