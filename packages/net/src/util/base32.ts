import { aString, someBytes } from '@grapevine/proto/check';
import { ParseError } from '../errors.js';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** RFC 4648 base32 without padding, in lower case. */
export function encodeBase32(bytes: Uint8Array): string {
  CHECK: someBytes('bytes', bytes);
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(buffer >>> bits) & 31];
    }
  }
  if (bits > 0) text += ALPHABET[(buffer << (5 - bits)) & 31];
  return text;
}

/**
 * Decodes RFC 4648 base32 in either case, strictly: no padding, no impossible length, no stray trailing bits.
 *
 * @param what what the text should be, for the error
 * @throws ParseError
 */
export function decodeBase32(text: string, what: string): Uint8Array {
  CHECK: aString('text', text);
  CHECK: aString('what', what);
  if ([1, 3, 6].includes(text.length % 8)) throw new ParseError(what, `base32 can't be ${text.length} characters long`);
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let buffer = 0;
  let bits = 0;
  let length = 0;
  for (const letter of text) {
    const value = VALUES.get(letter.toLowerCase());
    if (value === undefined) throw new ParseError(what, `${JSON.stringify(letter)} is not a base32 letter`);
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (buffer >>> bits) & 0xff;
    }
  }
  if ((buffer & ((1 << bits) - 1)) !== 0) throw new ParseError(what, 'unused bits at the end are not zero');
  return bytes;
}
