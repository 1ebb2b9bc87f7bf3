import type { DisconnectReason } from '@grapevine/proto';
import { ConnectError } from '../../errors.js';
import type { CloseReason } from '../../transport/close-reason.js';
import { CloseCode } from '../close-code.js';

/** What the end of a peer's last connection means to the protocol. */
export function howItEnded(reason: CloseReason): DisconnectReason | 'in good order' {
  switch (reason.type) {
    case 'timeout':
      return 'timeout';
    case 'local':
      return howWeEndedIt(reason.code);
    case 'peer':
      if (reason.code === CloseCode.done) return 'in good order';
      return reason.code === CloseCode.identityConflict ? 'refused' : 'closed';
    case 'reset':
    case 'error':
      return 'closed';
  }
}

function howWeEndedIt(code: number): DisconnectReason | 'in good order' {
  switch (code) {
    case CloseCode.done:
      return 'in good order';
    case CloseCode.unresponsive:
      return 'timeout';
    case CloseCode.streamLimit:
      return 'stream-limit';
    default:
      return 'closed';
  }
}

/** What a failed dial means to the protocol. */
export function howDialFailed(error: unknown): DisconnectReason {
  if (!(error instanceof ConnectError)) return 'closed';
  switch (error.reason) {
    case 'refused':
      return 'refused';
    case 'timeout':
      return 'timeout';
    case 'self':
    case 'no-address':
    case 'identity-mismatch':
    case 'alpn-mismatch':
    case 'transport':
      return 'closed';
  }
}
