import { concat } from '../bytes.js';
import { H3, Http3Error } from './codes.js';
import type { StreamReader } from './stream-reader.js';
import { encodeVarint } from './varint.js';

/** Types of frames (RFC 9114, section 7.2). */
export const FRAME = {
  data: 0x00,
  headers: 0x01,
  cancelPush: 0x03,
  settings: 0x04,
  pushPromise: 0x05,
  goaway: 0x07,
  maxPushId: 0x0d,
  /** Not a frame: what follows on the stream belongs to a WebTransport session (draft-ietf-webtrans-http3, section 4.2). */
  webTransportStream: 0x41,
} as const;

/** Types of one-way streams (RFC 9114, section 6.2; RFC 9204, section 4.2; draft-ietf-webtrans-http3, section 4.1). */
export const STREAM = {
  control: 0x00,
  push: 0x01,
  qpackEncoder: 0x02,
  qpackDecoder: 0x03,
  webTransport: 0x54,
} as const;

/** Frame types of HTTP/2 that may not be sent (RFC 9114, section 7.2.8). */
const FORBIDDEN = [0x02, 0x06, 0x08, 0x09];

/** A whole frame. */
export function encodeFrame(type: number, payload: Uint8Array): Uint8Array {
  return concat(encodeVarint(type), encodeVarint(payload.length), payload);
}

/**
 * Reads frames up to the first of a known type, which must not be longer than `maxLength` bytes; others are skipped.
 *
 * @param known the types that may come here
 * @returns undefined at the end of the stream
 * @throws Http3Error, CutOffError
 */
export async function readFrame(
  reader: StreamReader,
  known: readonly number[],
  maxLength: number,
): Promise<{ readonly type: number; readonly payload: Uint8Array } | undefined> {
  for (;;) {
    const type = await reader.varint();
    if (type === undefined) return undefined;
    const length = (await reader.varint()) ?? Number.POSITIVE_INFINITY;
    if (known.includes(type)) {
      if (length > maxLength)
        throw new Http3Error(H3.excessiveLoad, `a frame of ${length} bytes, at most ${maxLength} are taken`);
      return { type, payload: await reader.exactly(length) };
    }
    if (isStandard(type) || FORBIDDEN.includes(type))
      throw new Http3Error(H3.frameUnexpected, `frame ${type} may not stand here`);
    if (length > maxLength) throw new Http3Error(H3.excessiveLoad, `an unknown frame of ${length} bytes`);
    await reader.skip(length);
  }
}

function isStandard(type: number): boolean {
  return Object.values<number>(FRAME).includes(type);
}
