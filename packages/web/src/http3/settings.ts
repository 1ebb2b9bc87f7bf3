import { concat } from '../bytes.js';
import { H3, Http3Error } from './codes.js';
import { decodeVarint, encodeVarint, varintLength } from './varint.js';

/** Identifiers of settings (RFC 9114, section 7.2.4.1; RFC 9204; RFC 9220; RFC 9297; drafts of WebTransport over HTTP/3). */
const SETTING = {
  qpackMaxTableCapacity: 0x01,
  qpackBlockedStreams: 0x07,
  enableConnectProtocol: 0x08,
  h3Datagram: 0x33,
  /** Draft 02, which Chromium and Firefox offer first. */
  enableWebTransport: 0x2b603742,
  /** The number of sessions in draft 07. */
  webTransportMaxSessions07: 0xc671706a,
  /** The number of sessions in later drafts. */
  webTransportMaxSessions: 0x14e9cd29,
} as const;

/** Settings of HTTP/2 that may not be sent (RFC 9114, section 7.2.4.1). */
const FORBIDDEN = [0x00, 0x02, 0x03, 0x04, 0x05];
const MAX_SETTINGS = 64;

/** What the other end can do. */
export interface PeerSettings {
  readonly webTransport: boolean;
}

/** Our settings, the content of a SETTINGS frame: WebTransport in all its drafts, and no table for QPACK. */
export function encodeSettings(): Uint8Array {
  const settings: readonly (readonly [number, number])[] = [
    [SETTING.qpackMaxTableCapacity, 0],
    [SETTING.qpackBlockedStreams, 0],
    [SETTING.enableConnectProtocol, 1],
    [SETTING.h3Datagram, 1],
    [SETTING.enableWebTransport, 1],
    [SETTING.webTransportMaxSessions07, 1],
    [SETTING.webTransportMaxSessions, 1],
  ];
  return concat(...settings.flat().map(encodeVarint));
}

/** Reads a SETTINGS frame. Unknown settings are ignored. @throws Http3Error */
export function decodeSettings(bytes: Uint8Array): PeerSettings {
  const settings = new Map<number, number>();
  let at = 0;
  const next = () => {
    const rest = bytes.subarray(at);
    const length = varintLength(rest[0] ?? 0);
    if (rest.length < length) throw new Http3Error(H3.frameError, 'the SETTINGS frame is cut off');
    at += length;
    return decodeVarint(rest);
  };
  while (at < bytes.length) {
    const id = next();
    const value = next();
    if (FORBIDDEN.includes(id) || settings.has(id))
      throw new Http3Error(H3.settingsError, `setting ${id} may not stand here`);
    if (settings.size === MAX_SETTINGS) throw new Http3Error(H3.excessiveLoad, `more than ${MAX_SETTINGS} settings`);
    settings.set(id, value);
  }
  const offers = [SETTING.enableWebTransport, SETTING.webTransportMaxSessions07, SETTING.webTransportMaxSessions];
  return { webTransport: offers.some((id) => (settings.get(id) ?? 0) > 0) };
}
