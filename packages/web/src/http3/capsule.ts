import { concat } from '../bytes.js';
import { H3, Http3Error } from './codes.js';
import { FRAME, readFrame } from './frame.js';
import { StreamReader } from './stream-reader.js';
import { encodeVarint } from './varint.js';

/** Types of capsules (draft-ietf-webtrans-http3, section 9.6). */
const CAPSULE = { closeSession: 0x2843 } as const;

/** The longest DATA frame that is taken on a session's stream, in bytes. */
const MAX_DATA = 16_384;
/** The longest capsule, in bytes: a code, and 1,024 bytes of reason (draft-ietf-webtrans-http3, section 6). */
const MAX_CAPSULE = 4 + 1_024;

/** How a session was closed. */
export interface SessionClose {
  readonly code: number;
  readonly reason: string;
}

/** The CLOSE_WEBTRANSPORT_SESSION capsule. */
export function encodeClose({ code, reason }: SessionClose): Uint8Array {
  const text = new TextEncoder().encode(reason);
  const payload = new Uint8Array(4 + text.length);
  new DataView(payload.buffer).setUint32(0, code);
  payload.set(text, 4);
  return concat(encodeVarint(CAPSULE.closeSession), encodeVarint(payload.length), payload);
}

/**
 * Reads a session's stream until the session is closed (RFC 9297, section 3.2). A stream that just ends closes it with code 0.
 *
 * @throws Http3Error, CutOffError
 */
export async function readUntilClose(stream: StreamReader): Promise<SessionClose> {
  const capsules = new StreamReader({
    async read() {
      for (;;) {
        const frame = await readFrame(stream, [FRAME.data], MAX_DATA);
        if (!frame) return undefined;
        if (frame.payload.length > 0) return frame.payload;
      }
    },
    stop: (code) => stream.stop(code),
  });
  for (;;) {
    const type = await capsules.varint();
    if (type === undefined) return { code: 0, reason: '' };
    const length = (await capsules.varint()) ?? Number.POSITIVE_INFINITY;
    if (length > MAX_CAPSULE) throw new Http3Error(H3.excessiveLoad, `a capsule of ${length} bytes`);
    const payload = await capsules.exactly(length);
    if (type !== CAPSULE.closeSession) continue;
    if (length < 4) throw new Http3Error(H3.messageError, 'a close capsule without a code');
    const code = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
    return { code, reason: new TextDecoder().decode(payload.subarray(4)) };
  }
}
