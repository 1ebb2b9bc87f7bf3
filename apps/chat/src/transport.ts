import { setTimeout } from 'node:timers/promises';
import { UsageError } from '@grapevine/cli-kit';
import { type Endpoint, type SecretKey, UnsupportedPlatformError } from '@grapevine/net';

export const TRANSPORTS = ['quic', 'iroh'] as const;

/** The transport of a room: all members use the same. */
export type Transport = (typeof TRANSPORTS)[number];

/** How to get an endpoint. */
export interface TransportOptions {
  /** Undefined: QUIC where it runs, otherwise iroh. */
  readonly transport: Transport | undefined;
  readonly secretKey: SecretKey;
  /** Local address; without it, the transport's default. */
  readonly bind: string | undefined;
  /** Further addresses where others reach us; iroh finds them itself. */
  readonly advertise: readonly string[];
  /** Whether iroh uses n0's relays and discovery. */
  readonly relays: boolean;
}

/** How long to wait for a relay before the ticket is printed without one, in milliseconds. */
const RELAY_TIMEOUT_MS = 5_000;
const RELAY_LOOK_MS = 100;

/**
 * Binds an endpoint. Only the transport in use is loaded: each has a native module of its own, which users of the other one
 * need not install.
 *
 * @throws UsageError when the transport is not installed; BindError; UnsupportedPlatformError
 */
export async function bindEndpoint(options: TransportOptions, print: (line: string) => void): Promise<Endpoint> {
  const { transport, secretKey, bind, advertise } = options;
  switch (transport) {
    case undefined:
      return await bindEndpoint({ ...options, transport: await available(print) }, print);
    case 'quic': {
      const { Endpoint } = await import('@grapevine/net/quic');
      return Endpoint.bind({ secretKey, address: bind ?? '0.0.0.0:0', advertise });
    }
    case 'iroh': {
      const { IrohEndpoint } = await importIroh();
      const endpoint = await IrohEndpoint.bind({
        secretKey,
        preset: options.relays ? 'n0' : 'minimal',
        ...(bind === undefined ? {} : { address: bind }),
      });
      if (options.relays && !(await hasRelay(endpoint)))
        print('! no relay answers: the ticket only works for people who can reach our own addresses');
      return endpoint;
    }
  }
}

async function available(print: (line: string) => void): Promise<Transport> {
  try {
    await import('@grapevine/net/quic');
    return 'quic';
  } catch (error) {
    if (!(error instanceof UnsupportedPlatformError)) throw error;
    print(`! no QUIC here, so this is iroh, and all members of the room must use iroh: ${error.message}`);
    return 'iroh';
  }
}

async function importIroh() {
  try {
    return await import('@grapevine/iroh');
  } catch (cause) {
    if (!isNotInstalled(cause)) throw cause;
    throw new UsageError('--transport iroh needs the package @grapevine/iroh: npm install @grapevine/iroh', { cause });
  }
}

function isNotInstalled(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
}

/** Whether iroh finds a relay in time. Its own `online()` can't be cancelled, and keeps the process alive while it waits. */
async function hasRelay(endpoint: Endpoint): Promise<boolean> {
  for (let waited = 0; waited < RELAY_TIMEOUT_MS; waited += RELAY_LOOK_MS) {
    if (endpoint.addr().addrs.some(({ type }) => type === 'relay')) return true;
    await setTimeout(RELAY_LOOK_MS);
  }
  return false;
}
