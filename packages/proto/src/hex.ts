const DIGITS = '0123456789abcdef';
const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => `${DIGITS[byte >> 4]}${DIGITS[byte & 15]}`);
const LOWER_HEX_32 = /^[0-9a-f]{64}$/;

/** Bytes as lower-case hex digits. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += PAIRS[bytes[i] as number];
  return text;
}

/**
 * The 32 bytes that 64 lower-case hex digits stand for.
 *
 * @throws TypeError when the text is anything else.
 */
export function fromHex32(text: string): Uint8Array {
  if (typeof text !== 'string' || !LOWER_HEX_32.test(text)) {
    throw new TypeError(`expected 64 lower-case hex digits, got ${JSON.stringify(text)}`);
  }
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
