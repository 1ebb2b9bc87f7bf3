// @ts-check
import { SecretKey } from '@grapevine/net';
import { internal } from './internals.mjs';

/** The key and certificate of bare QUIC nodes: see swarm/bare-quic.mjs. @returns {Promise<import('../swarm/bare-quic.mjs').Identity>} */
export async function newIdentity() {
  const { certificatePem } = await internal('packages/net/src/quic/certificate.ts');
  const key = SecretKey.generate();
  return { key: key.toPem(), certificate: certificatePem(key) };
}
