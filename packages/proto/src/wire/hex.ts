const DIGITS = '0123456789abcdef';
/** The two digits of each byte. */
const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => `${DIGITS[byte >> 4]}${DIGITS[byte & 15]}`);
/** The value of each lower-case digit by its character code; other codes have none. */
const VALUES: readonly (number | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const value = DIGITS.indexOf(String.fromCharCode(code));
  return value < 0 ? undefined : value;
});
const LOWER_HEX_32 = /^[0-9a-f]{64}$/;

/** Bytes as lower-case hex digits. */
export function toHex(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  for (let i = start; i < end; i++) text += PAIRS[bytes[i] as number];
  return text;
}

/**
 * Refuses whatever is not 64 lower-case hex digits.
 *
 * @throws TypeError.
 */
export function checkHex32(text: string, name = 'an id'): void {
  if (typeof text !== 'string' || !LOWER_HEX_32.test(text)) {
    throw new TypeError(`${name} must be 64 lower-case hex digits, got ${JSON.stringify(text)}`);
  }
}

/** Writes the 32 bytes of digits that `checkHex32` has accepted. */
export function writeHex32(text: string, target: Uint8Array, offset: number): void {
  for (let i = 0; i < 32; i++) {
    const high = VALUES[text.charCodeAt(2 * i)] as number;
    const low = VALUES[text.charCodeAt(2 * i + 1)] as number;
    target[offset + i] = (high << 4) | low;
  }
}

/**
 * The 32 bytes that 64 lower-case hex digits stand for.
 *
 * @throws TypeError when the text is anything else.
 */
export function fromHex32(text: string): Uint8Array {
  checkHex32(text);
  const bytes = new Uint8Array(32);
  writeHex32(text, bytes, 0);
  return bytes;
}
