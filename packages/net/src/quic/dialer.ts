import { isIPv4 } from 'node:net';
import { formatSocketAddr, ipToOctets, isDialable, type SocketAddr } from '../address/socket-addr.js';
import { ConnectError, type ConnectFailure } from '../errors.js';
import type { HostPort } from './binding.js';
import type { Configs } from './config.js';
import type { Core } from './core.js';
import { Driver } from './driver.js';
import { NativeConnection, rawConnection } from './native-connection.js';
import { cidKey } from './packet-header.js';
import { type Expectation, SERVER_NAME } from './peer-check.js';

/** After this long without success the next address is tried as well, in milliseconds (RFC 8305, section 5). */
const STAGGER_MS = 250;

/** Which of several failures is reported: the most telling first. */
const TELLING: readonly ConnectFailure[] = [
  'identity-mismatch',
  'alpn-mismatch',
  'refused',
  'transport',
  'timeout',
  'no-address',
  'self',
];

/** A server to dial. */
export interface Target {
  readonly expected: Expectation;
  readonly alpn: string;
  readonly addrs: readonly SocketAddr[];
}

/** The address as our socket must be told it, or undefined if it can't reach it: an IPv4 socket reaches no IPv6 address. */
function reachable(addr: SocketAddr, local: HostPort): HostPort | undefined {
  if (!isDialable(addr)) return undefined;
  const { port } = addr;
  const octets = ipToOctets(addr.host);
  const isMapped = octets.length === 16 && octets.every((octet, i) => i >= 12 || octet === (i < 10 ? 0 : 0xff));
  const host = isMapped ? octets.subarray(12).join('.') : addr.host;
  if (isIPv4(host) === isIPv4(local.host)) return { host, port };
  return local.host === '::' ? { host: `::ffff:${host}`, port } : undefined; // spelled as the socket spells it
}

/**
 * Dials the addresses of an endpoint one after the other without waiting long for any. The first that proves the identity wins, and the others are
 * given up.
 *
 * @throws ConnectError of the most telling attempt; what `cancelled` rejects with
 */
export async function dial(core: Core, configs: Configs, target: Target, cancelled: Promise<never>): Promise<Driver> {
  const remotes = target.addrs.flatMap((addr) => reachable(addr, core.local) ?? []);
  if (remotes.length === 0)
    throw new ConnectError('no-address', `no address is known for ${describe(target)} that this socket can reach`);
  const attempts: Driver[] = [];
  const errors: unknown[] = [];
  let winner: Driver | undefined;
  let timer: NodeJS.Timeout | undefined;
  const connected = new Promise<Driver>((resolve, reject) => {
    const next = () => {
      clearTimeout(timer);
      const remote = remotes[attempts.length];
      if (!remote) return;
      let driver: Driver;
      try {
        driver = begin(core, configs, target, remote);
      } catch (error) {
        return reject(error);
      }
      attempts.push(driver);
      if (attempts.length < remotes.length) timer = setTimeout(next, STAGGER_MS);
      driver.handshake.promise.then(
        () => {
          winner ??= driver;
          resolve(driver);
        },
        (error: unknown) => {
          errors.push(error);
          if (errors.length === remotes.length) reject(mostTelling(errors));
          else if (!winner) next();
        },
      );
    };
    next();
  });
  try {
    return await Promise.race([cancelled, connected]);
  } catch (error) {
    winner = undefined; // it came too late
    throw error;
  } finally {
    clearTimeout(timer);
    for (const driver of attempts) {
      if (driver !== winner) driver.abandon(new ConnectError('timeout', 'the dial was given up'));
    }
  }
}

function describe({ expected, addrs }: Target): string {
  return expected.type === 'id' ? expected.id : addrs.map(formatSocketAddr).join(', ');
}

function begin(core: Core, configs: Configs, { expected, alpn }: Target, remote: HostPort): Driver {
  const scid = core.ids.next();
  let native: NativeConnection;
  try {
    const name = expected.type === 'certificate' || expected.type === 'certificate-hash' ? SERVER_NAME : null;
    const config = configs.for('dialed', [alpn], remote);
    native = new NativeConnection(rawConnection.connect(name, scid, core.local, remote, config));
  } catch (cause) {
    throw new ConnectError('transport', `quiche refuses to connect: ${(cause as Error).message}`, { cause });
  }
  const driver = new Driver(core, { native, side: 'dialed', remote, expected, alpn });
  core.drivers.add(driver);
  core.addRoute(cidKey(scid), driver);
  core.schedule(driver);
  return driver;
}

function mostTelling(errors: readonly unknown[]): unknown {
  const rank = (error: unknown) => (error instanceof ConnectError ? TELLING.indexOf(error.reason) : TELLING.length);
  return [...errors].sort((a, b) => rank(a) - rank(b))[0];
}
