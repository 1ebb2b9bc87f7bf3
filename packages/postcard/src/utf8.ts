import { BadUtf8Error } from './error.js';

// Strict UTF-8 (RFC 3629; Unicode 15, table 3-7) for runtimes and compiler settings without TextEncoder/TextDecoder.

/** `String.fromCharCode` takes its units as arguments, and engines limit how many there may be. */
const UNITS_PER_CALL = 4096;

/**
 * Bytes of a string's UTF-8 form.
 *
 * @throws RangeError when the string holds a surrogate without its partner: UTF-8 cannot express that.
 */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    length += 1;
    if (unit < 0x800) continue;
    if (unit >= 0xd800 && unit <= 0xdfff) {
      // A pair is two units and four bytes: one byte more for each of its units.
      if (unit > 0xdbff || !isLowSurrogate(text.charCodeAt(i + 1))) {
        throw new RangeError(`the string has a lone surrogate at index ${i}`);
      }
      length += 1;
      i++;
      continue;
    }
    length += 1;
  }
  return length;
}

/** Writes a well-formed string at `offset` and returns the offset behind it. */
export function writeUtf8(text: string, bytes: Uint8Array, offset: number): number {
  let at = offset;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      const code = 0x10000 + ((unit & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff);
      bytes[at++] = 0xf0 | (code >> 18);
      bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[at++] = 0x80 | (code & 0x3f);
    }
  }
  return at;
}

/**
 * Reads the bytes from `start` to `end` as text. A byte order mark is text like any other.
 *
 * @throws BadUtf8Error at the first sequence that is over-long, cut short, a surrogate or above U+10FFFF.
 */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let units: number[] = [];
  for (let at = start; at < end; ) {
    const code = codePointAt(bytes, at, end);
    at += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (code < 0x10000) units.push(code);
    else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + (code & 0x3ff));
    if (units.length >= UNITS_PER_CALL) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

function codePointAt(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return lead;
  // The second byte's range excludes over-long forms (after e0, f0), surrogates (after ed) and what lies above U+10FFFF (after f4).
  if (lead >= 0xc2 && lead <= 0xdf) {
    return ((lead & 0x1f) << 6) | continuation(bytes, at, 1, end, 0x80, 0xbf);
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    const second = continuation(bytes, at, 1, end, lead === 0xe0 ? 0xa0 : 0x80, lead === 0xed ? 0x9f : 0xbf);
    return ((lead & 0x0f) << 12) | (second << 6) | continuation(bytes, at, 2, end, 0x80, 0xbf);
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const second = continuation(bytes, at, 1, end, lead === 0xf0 ? 0x90 : 0x80, lead === 0xf4 ? 0x8f : 0xbf);
    const third = continuation(bytes, at, 2, end, 0x80, 0xbf);
    return ((lead & 0x07) << 18) | (second << 12) | (third << 6) | continuation(bytes, at, 3, end, 0x80, 0xbf);
  }
  throw new BadUtf8Error('no character begins with this byte', at);
}

function continuation(bytes: Uint8Array, at: number, nth: number, end: number, min: number, max: number): number {
  const byte = at + nth < end ? (bytes[at + nth] as number) : -1;
  if (byte < min || byte > max) throw new BadUtf8Error('the character that begins here is malformed', at);
  return byte & 0x3f;
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
