import { ConnectError } from '@grapevine/net';
import { abortable } from '@grapevine/net/transport';
import { webTransportAddr } from '../address/web-addr.js';
import type { SessionDialer } from '../web-endpoint.js';
import { BrowserSession } from './browser-session.js';
import { startWebTransport, type WebTransport } from './web-transport.js';

/** Dials by the browser's own WebTransport. */
export const browserDialer: SessionDialer = async (to, path, { signal }) => {
  const hashes = to.hashes.map((value) => ({ algorithm: 'sha-256', value }) as const);
  let transport: WebTransport;
  try {
    transport = startWebTransport(`https://${to.authority}${path}`, {
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
