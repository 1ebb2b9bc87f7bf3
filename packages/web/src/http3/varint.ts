/** Integers of variable length (RFC 9000, section 16). One above 2^53 - 1 is read as `Infinity`, which is above every limit here. */
export function encodeVarint(value: number): Uint8Array {
  if (value < 0x40) return Uint8Array.of(value);
  const size = value < 0x4000 ? 2 : value < 0x4000_0000 ? 4 : 8;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  switch (size) {
    case 2:
      view.setUint16(0, 0x4000 | value);
      break;
    case 4:
      view.setUint32(0, 0x8000_0000 + value);
      break;
    case 8:
      view.setBigUint64(0, 0xc000_0000_0000_0000n | BigInt(value));
      break;
  }
  return bytes;
}

/** The length in bytes of an integer that begins with this byte. */
export function varintLength(first: number): number {
  return 1 << (first >> 6);
}

/** Reads an integer, all bytes of which are given. */
export function decodeVarint(bytes: Uint8Array): number {
  let value = (bytes[0] ?? 0) & 0x3f;
  const length = varintLength(bytes[0] ?? 0);
  for (let i = 1; i < length; i++) value = value * 256 + (bytes[i] ?? 0);
  return value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : value;
}
