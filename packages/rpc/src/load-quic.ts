import { UnsupportedPlatformError } from '@grapevine/net';
import type * as Quic from '@grapevine/net/quic';

/**
 * Loads the QUIC transport when it is needed, and not before: its native module does not run everywhere, and a program that gives an endpoint of
 * another transport does not need it.
 *
 * @throws UnsupportedPlatformError that says what to do instead
 */
export async function loadQuic(): Promise<typeof Quic> {
  try {
    return await import('@grapevine/net/quic');
  } catch (error) {
    if (!(error instanceof UnsupportedPlatformError)) throw error;
    const instead =
      'Remote control runs over iroh as well: give both serveRpc and connectRpc an IrohEndpoint (option endpoint)';
    throw new UnsupportedPlatformError(`${error.message}. ${instead}`, { cause: error });
  }
}
