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

/** How to make one. */
export interface WebTransportOptions {
  readonly allowPooling: false;
  readonly serverCertificateHashes?: readonly { readonly algorithm: 'sha-256'; readonly value: Uint8Array }[];
}

type WebTransportClass = new (url: string, options: WebTransportOptions) => WebTransport;
interface WebTransportErrorClass {
  new (message: string, init: { readonly streamErrorCode: number }): Error;
  /** As in drafts before 2023, and in Chromium still. */
  new (init: { readonly message: string; readonly streamErrorCode: number }): Error;
}

const browser = globalThis as { WebTransport?: WebTransportClass; WebTransportError?: WebTransportErrorClass };

/** Whether this browser (and this page: it must be a secure context) can do it. */
export function hasWebTransport(): boolean {
  return browser.WebTransport !== undefined;
}

/** Starts a session. @throws TypeError where there is none */
export function startWebTransport(url: string, options: WebTransportOptions): WebTransport {
  const { WebTransport } = browser;
  if (!WebTransport)
    throw new TypeError(
      'there is no WebTransport here: the page must come from https: or http://localhost, in a browser that has it',
    );
  return new WebTransport(url, options);
}

/** The reason with which a stream is aborted, for the peer. */
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
