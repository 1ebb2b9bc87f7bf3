import type { ConnectFailure } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { endpointIdFromCertificate } from './certificate.js';
import { TlsAlert } from './close-reason.js';

/** The name in certificates that clients of other programs check, whatever the address: irpc's convention. */
export const SERVER_NAME = 'localhost';

/** What the peer of a connection must prove. */
export type Expectation =
  | { readonly type: 'any-id' } // some endpoint id
  | { readonly type: 'id'; readonly id: EndpointId }
  | { readonly type: 'certificate'; readonly certificate: Uint8Array } // the key of exactly this one, DER
  | { readonly type: 'nothing' }; // a client that TLS asked for no certificate

/** The result of checking the peer's certificate. */
export type PeerCheck =
  | { readonly ok: true; readonly remoteId: EndpointId | undefined }
  | { readonly ok: false; readonly reason: ConnectFailure; readonly message: string; readonly alert: number };

/**
 * Whether a peer is who it should be. TLS has proven that it holds the key of the certificate that it showed.
 *
 * @param where - the peer's address, for messages
 */
export function checkPeer(expected: Expectation, shown: Uint8Array | undefined, where: string): PeerCheck {
  switch (expected.type) {
    case 'nothing':
      return { ok: true, remoteId: undefined };
    case 'certificate': {
      if (shown && Buffer.compare(shown, expected.certificate) === 0) return { ok: true, remoteId: undefined };
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
