import { ConnectError } from '@grapevine/net';
import { abortable } from '@grapevine/net/transport';
import { webTransportAddr } from '../address/web-addr.js';
import type { SessionDialer } from '../web-endpoint.js';
import { BrowserSession } from './browser-session.js';
import { DialPace } from './dial-pace.js';
import { startWebTransport, type WebTransport } from './web-transport.js';

/** One for the page, as the browser counts. */
const pace = new DialPace();

/** Dials by the browser's own WebTransport. */
export const browserDialer: SessionDialer = async (to, path, { signal }) => {
  const hashes = to.hashes.map((value) => ({ algorithm: 'sha-256', value }) as const);
  const url = `https://${to.authority}${path}`;
  const what = [url, ...to.hashes].join(); // with another certificate it is another try
  const pauseMs = pace.pauseOf(what);
  if (pauseMs > 0)
    throw new ConnectError(
      'transport',
      `dial failed a moment ago: ${to.authority} is tried again in ${Math.ceil(pauseMs)} ms`,
    );
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
    pace.failed(what);
    signal.throwIfAborted();
    const message = `dial failed: the browser could not reach ${to.authority} by WebTransport: ${(cause as Error).message}`;
    throw new ConnectError('transport', message, { cause });
  }
  return new BrowserSession(transport, webTransportAddr(to));
};

function close(transport: WebTransport): void {
  try {
    transport.close({ closeCode: 0, reason: '' });
  } catch {
    // It was never open.
  }
}
