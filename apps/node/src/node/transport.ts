import { type Endpoint, type Logger, parseSocketAddr, type SecretKey, UnsupportedPlatformError } from '@grapevine/net';
import { isLoopback } from '@grapevine/net/transport';

/** What nodes of a swarm speak with each other. All of them the same. */
export const TRANSPORTS = ['quic', 'iroh'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What an endpoint is made of, whatever the transport. */
export interface EndpointRequest {
  readonly secretKey: SecretKey;
  readonly address: string;
  /** Where others reach us besides; iroh finds that out by itself. */
  readonly advertise?: readonly string[];
  readonly logger: Logger;
}

/**
 * Binds an endpoint. Only the transport in use is loaded: each has a native module that some platforms lack.
 *
 * @param transport - undefined: QUIC, or iroh where QUIC's native module does not run, which the log says
 */
export async function bindEndpoint(transport: Transport | undefined, request: EndpointRequest): Promise<Endpoint> {
  const { secretKey, address, advertise = [], logger } = request;
  const chosen = await chooseTransport(transport, (reason) =>
    logger.warn({ reason }, 'no QUIC here: taking the iroh transport, as all nodes of the swarm must'),
  );
  switch (chosen) {
    case 'quic': {
      const { Endpoint } = await import('@grapevine/net/quic');
      return Endpoint.bind({ secretKey, address, advertise, logger });
    }
    case 'iroh': {
      const { IrohEndpoint } = await import('@grapevine/iroh');
      if (advertise.length > 0)
        logger.warn({ advertise }, 'iroh finds out by itself where it is reached: advertise has no effect');
      // Bound to this machine, there is nobody that relays or discovery could help to find us.
      const preset = isLoopback(parseSocketAddr(address)) ? 'minimal' : 'n0';
      return IrohEndpoint.bind({ secretKey, address, logger, preset });
    }
  }
}

/**
 * The transport that was asked for; without a wish, QUIC where its native module runs and iroh elsewhere.
 *
 * @param onIroh - told why QUIC does not run, where nobody has asked for iroh
 */
export async function chooseTransport(
  wish: Transport | undefined,
  onIroh: (reason: string) => void,
): Promise<Transport> {
  if (wish !== undefined) return wish;
  try {
    await import('@grapevine/net/quic');
    return 'quic';
  } catch (error) {
    if (!(error instanceof UnsupportedPlatformError)) throw error;
    onIroh(error.message);
    return 'iroh';
  }
}
