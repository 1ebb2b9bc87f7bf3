import { ConnectError } from '../errors.js';
import { type CloseReason, describeClose } from '../transport/close-reason.js';
import type { NativeConnection } from './native-connection.js';

/** Transport error codes that mean something to us (RFC 9000, section 20.1). */
export const TransportError = {
  none: 0x00,
  connectionRefused: 0x02,
  streamLimit: 0x04,
  invalidToken: 0x0b,
  cryptoBufferExceeded: 0x0d,
  noViablePath: 0x10,
} as const;

/** TLS alerts as transport errors: 0x100 plus the alert (RFC 9001, section 4.8). */
export const TlsAlert = { badCertificate: 0x12a, accessDenied: 0x131, noApplicationProtocol: 0x178 } as const;

/** Why quiche says that a connection is over. */
export function closeReasonOf(native: NativeConnection): CloseReason {
  const peer = native.peerError();
  if (peer) {
    const reason = Buffer.from(peer.reason).toString();
    if (peer.isApp) return { type: 'peer', code: peer.errorCode, reason };
    return {
      type: 'error',
      message: `the peer reports ${describeTransportError(peer.errorCode)}${reason && ` (${reason})`}`,
    };
  }
  if (native.isTimedOut()) return { type: 'timeout' };
  const local = native.localError();
  if (local)
    return { type: 'error', message: `protocol violation by the peer: ${describeTransportError(local.errorCode)}` };
  return { type: 'reset' };
}

/** Why a handshake failed. */
export function connectErrorOf(
  native: NativeConnection,
  reason: CloseReason,
  side: 'dialed' | 'accepted',
): ConnectError {
  const error = native.peerError() ?? native.localError();
  const code = error?.isApp ? undefined : error?.errorCode; // an application's numbers are its own
  const who = side === 'dialed' ? 'dial' : 'handshake';
  if (code === TlsAlert.noApplicationProtocol) {
    return new ConnectError('alpn-mismatch', `${who} failed: no protocol in common`);
  }
  if (native.peerError() && code === TransportError.connectionRefused) {
    return new ConnectError('refused', `${who} failed: the peer refused`);
  }
  if (reason.type === 'timeout') return new ConnectError('timeout', `${who} failed: the peer fell silent`);
  return new ConnectError('transport', `${who} failed: ${describeClose(reason)}`, { closed: reason });
}

const NAMES: Readonly<Record<number, string>> = {
  0: 'no error',
  1: 'an internal error',
  2: 'connection refused',
  3: 'a flow control error',
  4: 'a stream limit error',
  5: 'a stream state error',
  6: 'a final size error',
  7: 'a frame encoding error',
  8: 'a transport parameter error',
  9: 'a connection id limit error',
  10: 'a protocol violation',
  11: 'an invalid token',
  12: 'an application error',
  13: 'crypto data beyond its buffer',
  14: 'a key update error',
  15: 'the AEAD limit',
  16: 'no viable path',
};

function describeTransportError(code: number): string {
  if (code >= 0x100 && code <= 0x1ff) return `TLS alert ${code - 0x100}`;
  return NAMES[code] ?? `transport error ${code}`;
}
