/** Writes QUIC frames (RFC 9000, section 19), valid ones and others. */

/** A variable-length integer (section 16). */
export function varint(value: number | bigint): Buffer {
  const number = BigInt(value);
  if (number < 0x40n) return Buffer.of(Number(number));
  const [length, mark] = number < 0x4000n ? [2, 0x40] : number < 0x4000_0000n ? [4, 0x80] : [8, 0xc0];
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(number);
  const out = bytes.subarray(8 - length);
  out[0] = (out[0] as number) | mark;
  return out;
}

/** The largest variable-length integer. */
export const MAX_VARINT = 2n ** 62n - 1n;

const frame = (type: number, ...parts: ReadonlyArray<number | bigint | Uint8Array>): Buffer =>
  Buffer.concat([varint(type), ...parts.map((part) => (part instanceof Uint8Array ? part : varint(part)))]);

export const padding = (length: number): Buffer => Buffer.alloc(length);
export const ping = (): Buffer => frame(0x01);
/** @param ranges - pairs of gap and length, each less one, as on the wire */
export const ack = (largest: number | bigint, first: number | bigint, ...ranges: Array<readonly [number, number]>) =>
  frame(0x02, largest, 0, ranges.length, first, ...ranges.flat());
export const resetStream = (id: number, code: number, finalSize: number | bigint) => frame(0x04, id, code, finalSize);
export const stopSending = (id: number, code: number) => frame(0x05, id, code);
export const crypto = (offset: number | bigint, bytes: Uint8Array) => frame(0x06, offset, bytes.length, bytes);
export const newToken = (token: Uint8Array) => frame(0x07, token.length, token);
export const stream = (id: number, offset: number | bigint, bytes: Uint8Array, fin = false) =>
  frame(0x0e | (fin ? 1 : 0), id, offset, bytes.length, bytes);
export const maxData = (max: number | bigint) => frame(0x10, max);
export const maxStreamData = (id: number, max: number | bigint) => frame(0x11, id, max);
export const maxStreams = (max: number | bigint, kind: 'uni' | 'bi') => frame(kind === 'bi' ? 0x12 : 0x13, max);
export const dataBlocked = (limit: number | bigint) => frame(0x14, limit);
export const streamDataBlocked = (id: number, limit: number | bigint) => frame(0x15, id, limit);
export const streamsBlocked = (limit: number | bigint) => frame(0x17, limit);
export const newConnectionId = (sequence: number | bigint, retirePriorTo: number | bigint, cid: Uint8Array) =>
  frame(0x18, sequence, retirePriorTo, Buffer.of(cid.length), cid, Buffer.alloc(16, Number(BigInt(sequence) & 0xffn)));
export const retireConnectionId = (sequence: number | bigint) => frame(0x19, sequence);
export const pathChallenge = (data: Uint8Array) => frame(0x1a, data);
export const pathResponse = (data: Uint8Array) => frame(0x1b, data);
export const handshakeDone = () => frame(0x1e);
export const datagram = (bytes: Uint8Array) => frame(0x31, bytes.length, bytes);

/** The frames of a server that attacks read. */
export type SeenFrame =
  | { readonly type: 'ack'; readonly largest: number }
  | { readonly type: 'close'; readonly code: number }
  | { readonly type: 'path-response' }
  | { readonly type: 'retire-connection-id'; readonly sequence: number }
  | { readonly type: 'stream'; readonly bytes: number };

/** The frames in a payload, up to the first that is not known here. */
export function seenFrames(payload: Uint8Array): SeenFrame[] {
  const seen: SeenFrame[] = [];
  let at = 0;
  const number = (): number => {
    const length = 1 << ((payload[at] ?? 0) >> 6);
    let value = (payload[at] ?? 0) & 0x3f;
    for (let i = 1; i < length; i++) value = value * 256 + (payload[at + i] ?? 0);
    at += length;
    return value;
  };
  while (at < payload.length) {
    const type = number();
    if (type <= 0x01 || type === 0x1e) continue;
    if (type === 0x02) {
      const largest = number();
      number();
      for (let ranges = number() * 2 + 1; ranges > 0; ranges--) number();
      seen.push({ type: 'ack', largest });
    } else if (type === 0x1c || type === 0x1d) {
      seen.push({ type: 'close', code: number() });
      return seen;
    } else if (type === 0x1b) {
      at += 8;
      seen.push({ type: 'path-response' });
    } else if (type === 0x19) {
      seen.push({ type: 'retire-connection-id', sequence: number() });
    } else if (type >= 0x08 && type <= 0x0f) {
      number();
      if (type & 4) number();
      const length = type & 2 ? number() : payload.length - at;
      at += length;
      seen.push({ type: 'stream', bytes: length });
    } else if (type === 0x10 || type === 0x12 || type === 0x13) number();
    else if (type === 0x11 || type === 0x15) {
      number();
      number();
    } else return seen;
  }
  return seen;
}
