/**
 * How many bits each symbol has in HPACK's code (RFC 7541, appendix B), which QPACK shares. The code is canonical: symbols of one length have
 * consecutive codes in their order, so the lengths say everything. The last symbol is the end of the string (EOS).
 */
// biome-ignore format: a table
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];
const END_OF_STRING = 256;
const MAX_LENGTH = 30;

/** For each length: the first code, and the symbols of this code and the following ones. */
const codes = codesByLength();

/** Decodes a Huffman-coded string. @throws Error if the bytes are no such string (RFC 7541, section 5.2) */
export function decodeHuffman(bytes: Uint8Array): Uint8Array {
  const decoded: number[] = [];
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      length++;
      const { first, symbols } = codes[length] as (typeof codes)[number];
      const symbol = code >= first ? symbols[code - first] : undefined;
      if (symbol === undefined) {
        if (length === MAX_LENGTH) throw new Error('no Huffman code');
        continue;
      }
      if (symbol === END_OF_STRING) throw new Error('the end of the string is written out');
      decoded.push(symbol);
      code = 0;
      length = 0;
    }
  }
  if (length > 7 || code !== 2 ** length - 1)
    throw new Error('the padding is not the beginning of the end of the string');
  return Uint8Array.from(decoded);
}

function codesByLength(): { first: number; symbols: number[] }[] {
  let next = 0;
  return Array.from({ length: MAX_LENGTH + 1 }, (_, length) => {
    const first = next * 2;
    const symbols = LENGTHS.flatMap((own, symbol) => (own === length ? [symbol] : []));
    next = first + symbols.length;
    return { first, symbols };
  });
}
