/** Error codes of HTTP/3 (RFC 9114, section 8.1), QPACK (RFC 9204, section 6) and WebTransport (draft-ietf-webtrans-http3, section 9.5). */
export const H3 = {
  noError: 0x100,
  generalProtocolError: 0x101,
  streamCreationError: 0x103,
  closedCriticalStream: 0x104,
  frameUnexpected: 0x105,
  frameError: 0x106,
  excessiveLoad: 0x107,
  idError: 0x108,
  settingsError: 0x109,
  missingSettings: 0x10a,
  requestRejected: 0x10b,
  messageError: 0x10e,
  qpackDecompressionFailed: 0x200,
  qpackEncoderStreamError: 0x201,
  qpackDecoderStreamError: 0x202,
  bufferedStreamRejected: 0x3994bd84,
  sessionGone: 0x170d7b68,
} as const;

/** The other end breaks the rules of HTTP/3; its connection ends with this code. */
export class Http3Error extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'Http3Error';
  }
}

/** Where the codes of WebTransport's streams begin among HTTP/3's. */
const FIRST = 0x52e4a40fa8db;
const LAST = 0x52e5ac983162;
const MAX_CODE = 2 ** 32 - 1;
/** Codes between two reserved ones. Every 31st code is reserved to exercise that unknown codes are ignored (RFC 9114, section 8.1). */
const USABLE = 0x1e;

/** A stream's error code as HTTP/3 carries it (draft-ietf-webtrans-http3, section 4.4). */
export function toHttpCode(code: number): number {
  return FIRST + code + Math.floor(code / USABLE);
}

/** The stream's error code that HTTP/3 carries; 0 for one that is none of WebTransport's. */
export function fromHttpCode(httpCode: number): number {
  if (!isStreamCode(httpCode)) return 0;
  const shifted = httpCode - FIRST;
  return Math.min(shifted - Math.floor(shifted / (USABLE + 1)), MAX_CODE);
}

/** Whether a code of HTTP/3 is one of WebTransport's streams: others are the browser's own, not the page's. */
export function isStreamCode(httpCode: number): boolean {
  return httpCode >= FIRST && httpCode <= LAST && (httpCode - FIRST) % (USABLE + 1) !== USABLE;
}
