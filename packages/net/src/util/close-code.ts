import { aString } from '@grapevine/proto/check';
import { utf8Length } from './bytes.js';

/** The largest code that endpoints tell each other. */
export const MAX_CODE = 2 ** 32 - 1;
const MAX_REASON_BYTES = 200;

/**
 * Application error codes of streams and connections.
 *
 * @param max the largest that there is: 2^32 - 1 of a connection between endpoints; QUIC's own limit is 2^62 - 1 (RFC 9000, section 20.2)
 * @throws TypeError; RangeError unless it is an integer in 0 to `max`
 */
export function checkCode(code: number, max = MAX_CODE): void {
  if (typeof code !== 'number') throw new TypeError(`an error code must be a number, not ${typeof code}`);
  if (!Number.isInteger(code) || code < 0 || code > max) {
    throw new RangeError(`application error code must be an integer in 0 to ${max}, got ${code}`);
  }
}

/** Cuts a close reason to what fits into one packet, between characters. */
export function cutReason(reason: string): string {
  CHECK: aString('reason', reason);
  let bytes = 0;
  let end = 0;
  for (const character of reason) {
    bytes += utf8Length(character);
    if (bytes > MAX_REASON_BYTES) break;
    end += character.length;
  }
  return reason.slice(0, end);
}
