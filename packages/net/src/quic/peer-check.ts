import { createHash } from 'node:crypto';
import type { ConnectFailure } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { endpointIdFromCertificate } from './certificate.js';
import { TlsAlert } from './close-reason.js';
import type { PeerIdentity } from './driver-host.js';
import type { NativeConnection } from './native-connection.js';

/** The name in certificates that clients of other programs check, whatever the address: irpc's convention. */
export const SERVER_NAME = 'localhost';

/** What the peer of a connection must prove. */
export type Expectation =
  | { readonly type: 'any-id' } // some endpoint id
  | { readonly type: 'id'; readonly id: EndpointId }
  | { readonly type: 'certificate'; readonly certificate: Uint8Array } // the key of exactly this one, DER
  | { readonly type: 'certificate-hash'; readonly sha256: Uint8Array } // of the certificate's DER
  | { readonly type: 'nothing' }; // a client that TLS asked for no certificate

/** Why a peer is not the expected one. */
export interface PeerMismatch {
  readonly ok: false;
  readonly reason: ConnectFailure;
  readonly message: string;
  /** What to tell the peer. */
  readonly alert: number;
}

/** The result of checking the peer's certificate. */
export type PeerCheck = { readonly ok: true; readonly remoteId: EndpointId | undefined } | PeerMismatch;

/**
 * Who is at the other end of a connection whose TLS handshake is done.
 *
 * @param asked what the peer must prove, and the protocol that a dial asked for
 * @param where the peer's address, for messages
 */
export function identify(
  native: NativeConnection,
  asked: { readonly expected: Expectation; readonly alpn?: string },
  where: string,
): { readonly ok: true; readonly identity: PeerIdentity } | PeerMismatch {
  const checked = checkPeer(asked.expected, native.peerCertificate(), where);
  if (!checked.ok) return checked;
  if (native.isResumed()) {
    return { ok: false, reason: 'transport', message: 'the peer resumed a session', alert: TlsAlert.accessDenied };
  }
  const alpn = native.applicationProtocol();
  if (alpn === '' || (asked.alpn !== undefined && alpn !== asked.alpn)) {
    const message = 'the peer chose no protocol that we asked for';
    return { ok: false, reason: 'alpn-mismatch', message, alert: TlsAlert.noApplicationProtocol };
  }
  return { ok: true, identity: { remoteId: checked.remoteId, alpn } };
}

/**
 * Whether a peer is who it should be. TLS has proven that it holds the key of the certificate that it showed.
 *
 * @param where - the peer's address, for messages
 */
function checkPeer(expected: Expectation, shown: Uint8Array | undefined, where: string): PeerCheck {
  switch (expected.type) {
    case 'nothing':
      return { ok: true, remoteId: undefined };
    case 'certificate': {
      if (shown && Buffer.compare(shown, expected.certificate) === 0) return { ok: true, remoteId: undefined };
      return mismatch(`the server at ${where} has another certificate than the pinned one`);
    }
    case 'certificate-hash': {
      const hash = createHash('sha256')
        .update(shown ?? new Uint8Array())
        .digest();
      if (Buffer.compare(hash, expected.sha256) === 0) return { ok: true, remoteId: undefined };
      return mismatch(`the server at ${where} has another certificate than the pinned one`);
    }
    case 'any-id':
    case 'id': {
      let remoteId: EndpointId;
      try {
        remoteId = endpointIdFromCertificate(shown ?? new Uint8Array());
      } catch (cause) {
        const message = `the peer's certificate is not acceptable: ${(cause as Error).message}`;
        return { ok: false, reason: 'transport', message, alert: TlsAlert.badCertificate };
      }
      if (expected.type === 'any-id' || remoteId === expected.id) return { ok: true, remoteId };
      return mismatch(`expected ${expected.id} at ${where}, found ${remoteId}`);
    }
  }
}

function mismatch(message: string): PeerCheck {
  return { ok: false, reason: 'identity-mismatch', message, alert: TlsAlert.accessDenied };
}
