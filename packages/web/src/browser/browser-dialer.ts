import { ConnectError } from '@grapevine/net';
import { abortable } from '@grapevine/net/transport';
import { webTransportAddr } from '../address/web-addr.js';
import type { SessionDialer } from '../web-endpoint.js';
import { BrowserSession } from './browser-session.js';
import { DialPace } from './dial-pace.js';
import { startWebTransport, type WebTransport } from './web-transport.js';

/** A dial that is given up sooner says nothing about the hub, in milliseconds: a hub that is there has answered by then. */
const SILENCE_MS = 2_000;

/** One for the page, as the browser counts. */
const pace = /* @__PURE__ */ newPace();

/** Dials by the browser's own WebTransport. */
export const browserDialer: SessionDialer = async (to, path, { signal }) => {
  const hashes = to.hashes.map((value) => ({ algorithm: 'sha-256', value }) as const);
  const url = `https://${to.authority}${path}`;
  const what = [url, ...to.hashes].join(); // with another certificate it is another try
  const pauseMs = pace.pauseOf(what);
  if (pauseMs > 0)
    throw new ConnectError('transport', `dial failed a moment ago: ${to.authority} is tried again in ${pauseMs} ms`);
  const beganAt = performance.now();
  pace.begins(what);
  let transport: WebTransport;
  try {
    transport = startWebTransport(url, {
      allowPooling: false,
      ...(hashes.length > 0 && { serverCertificateHashes: hashes }),
    });
  } catch (cause) {
    throw new ConnectError('transport', `dial failed: ${(cause as Error).message}`, { cause });
  }
  transport.closed.catch(() => {}); // `ready` fails as well
  try {
    await abortable(transport.ready, signal);
  } catch (cause) {
    close(transport);
    if (signal.aborted && performance.now() - beganAt < SILENCE_MS) pace.givenUp();
    else pace.failed(what);
    signal.throwIfAborted();
    const message = `dial failed: the browser could not reach ${to.authority} by WebTransport: ${(cause as Error).message}`;
    throw new ConnectError('transport', message, { cause });
  }
  pace.answered();
  return new BrowserSession(transport, webTransportAddr(to));
};

function newPace(): DialPace {
  const made = new DialPace();
  // Pages and workers have this event. What could not be reached without a network may be there now.
  const page = globalThis as Partial<Pick<EventTarget, 'addEventListener'>>;
  page.addEventListener?.('online', () => made.forget());
  return made;
}

function close(transport: WebTransport): void {
  try {
    transport.close({ closeCode: 0, reason: '' });
  } catch {
    // It was never open.
  }
}
