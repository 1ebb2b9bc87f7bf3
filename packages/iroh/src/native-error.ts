import { type CloseReason, ConnectError, type ConnectFailure, EndpointClosedError } from '@grapevine/net';

/**
 * The binding reports errors as texts: Rust's debug output with a stack trace behind it. Only this file interprets them.
 *
 * @module
 */

/** What is read of an error, at most. */
const MAX_TEXT = 2_000;

/** The error's own text: without stack trace, source files and the names of wrapping types. */
export function nativeText(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).slice(0, MAX_TEXT);
  const [own = ''] = text.split('\n\nStack backtrace');
  return own.replaceAll(/ \([^()\n]*\.rs:\d+:\d+\)/g, '').trim();
}

/** How an operation on a stream failed. */
export type StreamFailure =
  | { readonly type: 'stopped'; readonly code: number }
  | { readonly type: 'reset'; readonly code: number }
  | { readonly type: 'closed' }; // the connection is over, or this half is

/** What an error of a stream means. */
export function streamFailure(error: unknown): StreamFailure {
  const [, what, code] = /^(Stopped|Reset)\((\d+)\)/.exec(nativeText(error)) ?? [];
  if (what === 'Stopped') return { type: 'stopped', code: Number(code) };
  if (what === 'Reset') return { type: 'reset', code: Number(code) };
  return { type: 'closed' };
}

const FAILURES: readonly (readonly [RegExp, ConnectFailure])[] = [
  [/UnknownIssuer|invalid peer certificate/, 'identity-mismatch'],
  [/known protocol|NoApplicationProtocol/, 'alpn-mismatch'],
  [/refused to accept/, 'refused'],
  [/timed out|TimedOut/, 'timeout'],
  [/No addressing information/, 'no-address'],
  [/to ourself/, 'self'],
];

/** What a failed handshake rejects with. */
export function connectError(who: 'dial' | 'handshake', error: unknown): ConnectError | EndpointClosedError {
  const text = nativeText(error);
  if (/Endpoint is closed/.test(text)) return new EndpointClosedError({ cause: error });
  const reason = FAILURES.find(([pattern]) => pattern.test(text))?.[1] ?? 'transport';
  const innermost = text.split('\n').at(-1)?.trim();
  return new ConnectError(reason, `${who} failed: ${innermost}`, { cause: error });
}

/** Reads the text that the binding gives for the end of a connection. */
export function closeReasonOf(text: string): CloseReason {
  const [, reason = '', coded, bare] = /^closed by peer: (?:(.*) \(code (\d+)\)|(\d+))$/s.exec(text) ?? [];
  const code = coded ?? bare;
  if (code !== undefined) return { type: 'peer', code: Number(code), reason };
  switch (text) {
    case 'closed':
      return { type: 'local', code: 0, reason: '' };
    case 'timed out':
      return { type: 'timeout' };
    case 'reset by peer':
      return { type: 'reset' };
    default:
      return { type: 'error', message: text.slice(0, MAX_TEXT) };
  }
}
