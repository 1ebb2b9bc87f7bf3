/**
 * The part of the browser's WebTransport that is used (W3C, WebTransport; https://www.w3.org/TR/webtransport/), so that neither the
 * package nor those who use it need the DOM's types.
 *
 * @module
 */

/** @see https://www.w3.org/TR/webtransport/#web-transport */
export interface WebTransport {
  readonly ready: Promise<undefined>;
  readonly closed: Promise<{ readonly closeCode?: number; readonly reason?: string }>;
  readonly incomingBidirectionalStreams: ReadableStream<WebTransportBidirectionalStream>;
  readonly incomingUnidirectionalStreams: ReadableStream<ReadableStream<Uint8Array>>;
  createBidirectionalStream(): Promise<WebTransportBidirectionalStream>;
  createUnidirectionalStream(): Promise<WritableStream<Uint8Array>>;
  close(info: { readonly closeCode: number; readonly reason: string }): void;
}

/** A stream in both directions. */
export interface WebTransportBidirectionalStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** Options of a new WebTransport. */
export interface WebTransportOptions {
  readonly allowPooling: false;
  readonly serverCertificateHashes?: readonly { readonly algorithm: 'sha-256'; readonly value: Uint8Array }[];
}

type WebTransportClass = new (url: string, options: WebTransportOptions) => WebTransport;
interface WebTransportErrorClass {
  new (message: string, init: { readonly streamErrorCode: number }): Error;
  /** The form of drafts before 2023, which Chromium still has. */
  new (init: { readonly message: string; readonly streamErrorCode: number }): Error;
}

const browser = globalThis as { WebTransport?: WebTransportClass; WebTransportError?: WebTransportErrorClass };

/** Whether WebTransport exists here: the browser must have it, and the page must be a secure context. */
export function hasWebTransport(): boolean {
  return browser.WebTransport !== undefined;
}

/** Starts a session. @throws TypeError where there is no WebTransport */
export function startWebTransport(url: string, options: WebTransportOptions): WebTransport {
  const { WebTransport } = browser;
  if (!WebTransport)
    throw new TypeError(
      'there is no WebTransport here: the page must come from https: or http://localhost, in a browser that has it',
    );
  return new WebTransport(url, options);
}

/** The error with which a stream is aborted, so that the peer gets this code. */
export function streamError(code: number): Error {
  const { WebTransportError } = browser;
  if (!WebTransportError) return new Error(`code ${code}`);
  try {
    return new WebTransportError('', { streamErrorCode: code });
  } catch {
    return new WebTransportError({ message: '', streamErrorCode: code });
  }
}

/** The code with which the peer ended a stream; undefined if it was not the peer, but the session's end. */
export function streamErrorCode(error: unknown): number | undefined {
  const { source, streamErrorCode: code } = (error ?? {}) as { source?: string; streamErrorCode?: number | null };
  return source === 'session' ? undefined : (code ?? undefined);
}
