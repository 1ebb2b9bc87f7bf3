/** Bytes of the shortest LEB128 form of an unsigned integer below 2^53. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  let length = 3;
  for (let rest = Math.floor(value / 0x20_0000); rest > 0; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

/** Bytes of the shortest LEB128 form of an unsigned integer of any size. */
export function varintLengthBig(value: bigint): number {
  let length = 1;
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) length++;
  return length;
}
