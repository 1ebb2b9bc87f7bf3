const MAX_CODE = 2 ** 32 - 1;
const MAX_REASON_BYTES = 200;

/** Application error codes of streams and connections. @throws TypeError; RangeError unless it is an integer in 0 to 2^32 - 1 */
export function checkCode(code: number): void {
  if (typeof code !== 'number') throw new TypeError(`an error code must be a number, not ${typeof code}`);
  if (!Number.isInteger(code) || code < 0 || code > MAX_CODE) {
    throw new RangeError(`application error code must be an integer in 0 to ${MAX_CODE}, got ${code}`);
  }
}

/** Cuts a close reason to what fits into one packet, between characters. */
export function cutReason(reason: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of reason) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_REASON_BYTES) break;
    end += character.length;
  }
  return reason.slice(0, end);
}
