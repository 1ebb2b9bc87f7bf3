import { H3, Http3Error } from './codes.js';
import { encodeFrame, FRAME, readFrame } from './frame.js';
import type { RequestStream } from './http3-connection.js';
import { decodeFields, encodeFields, type Fields } from './qpack.js';

/** The longest header fields of a request or an answer, in bytes. */
const MAX_FIELDS_BYTES = 8_192;

/** A request for a session. */
export interface SessionRequest {
  readonly path: string;
  readonly authority: string;
  /** The page's origin. Programs other than browsers may send none. */
  readonly origin: string | undefined;
}

/** The frame that asks for a WebTransport session (draft-ietf-webtrans-http3, section 3.2). */
export function encodeRequest({ path, authority, origin }: SessionRequest): Uint8Array {
  const fields: Fields = [
    [':method', 'CONNECT'],
    [':protocol', 'webtransport'],
    [':scheme', 'https'],
    [':authority', authority],
    [':path', path],
    ...(origin === undefined ? [] : [['origin', origin] as const]),
  ];
  return encodeFrame(FRAME.headers, encodeFields(fields));
}

/** The frame that answers it. */
export function encodeResponse(status: number): Uint8Array {
  return encodeFrame(FRAME.headers, encodeFields([[':status', String(status)]]));
}

/** Reads the request. @returns undefined if it asks for something else than a session */
export async function readRequest({ reader }: RequestStream): Promise<SessionRequest | undefined> {
  const length = (await reader.varint()) ?? Number.POSITIVE_INFINITY;
  if (length > MAX_FIELDS_BYTES) throw new Http3Error(H3.excessiveLoad, `header fields of ${length} bytes`);
  const fields = decodeFields(await reader.exactly(length));
  const field = (name: string) => fields.find(([own]) => own === name)?.[1];
  const path = field(':path');
  const authority = field(':authority');
  if (field(':method') !== 'CONNECT' || field(':protocol') !== 'webtransport') return undefined;
  if (path === undefined || authority === undefined || field(':scheme') !== 'https')
    throw new Http3Error(H3.messageError, 'a request without scheme, authority or path');
  return { path, authority, origin: field('origin') };
}

/** Reads the answer to a request. @returns its status */
export async function readStatus({ reader }: RequestStream): Promise<number> {
  const frame = await readFrame(reader, [FRAME.headers], MAX_FIELDS_BYTES);
  if (!frame) throw new Http3Error(H3.messageError, 'no answer to the request');
  const status = decodeFields(frame.payload).find(([name]) => name === ':status')?.[1];
  return Number(status ?? Number.NaN);
}
