/** Reads a variable-length integer (RFC 9000, section 16). @returns undefined when the bytes end before it does */
export function readVarint(
  bytes: Uint8Array,
  at: number,
): { readonly value: number; readonly next: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  const next = at + (1 << (first >> 6));
  if (next > bytes.length) return undefined;
  let value = first & 0x3f;
  for (let i = at + 1; i < next; i++) value = value * 256 + (bytes[i] as number);
  return { value, next };
}
