import { aString } from '@grapevine/proto/check';
import { ParseError } from '../errors.js';
import { isDialable, parseSocketAddr, type SocketAddr, socketAddr } from './socket-addr.js';

/**
 * An address that the user says we are reached at: `HOST:PORT`, or `HOST` alone, with port 0 for that of the socket.
 *
 * @throws RangeError that names it
 */
export function parseAdvertised(name: string, text: string): SocketAddr {
  CHECK: aString('name', name);
  CHECK: aString(name, text);
  const refuse = (): never => {
    throw new RangeError(
      `${name} must be HOST:PORT or HOST, an IP address where others reach us, got ${JSON.stringify(text)}`,
    );
  };
  const addr = withPort(text) ?? withoutPort(text) ?? refuse();
  return isDialable({ ...addr, port: 1 }) ? addr : refuse();
}

function withPort(text: string): SocketAddr | undefined {
  return attempt(() => parseSocketAddr(text));
}

function withoutPort(text: string): SocketAddr | undefined {
  return attempt(() => socketAddr(text.replace(/^\[(.*)\]$/, '$1'), 0));
}

function attempt(read: () => SocketAddr): SocketAddr | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}
