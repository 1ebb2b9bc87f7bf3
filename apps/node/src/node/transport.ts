import type { Endpoint, Logger, SecretKey } from '@grapevine/net';

/** What an endpoint is made of, whatever the transport. */
export interface EndpointRequest {
  readonly secretKey: SecretKey;
  readonly address: string;
  readonly logger: Logger;
}

/** Binds an endpoint. Only the transport that is asked for is loaded: each has a native module that some platforms lack. */
export async function bindEndpoint(transport: 'quic' | 'iroh', request: EndpointRequest): Promise<Endpoint> {
  switch (transport) {
    case 'quic': {
      const { Endpoint } = await import('@grapevine/net/quic');
      return Endpoint.bind(request);
    }
    case 'iroh': {
      const { IrohEndpoint } = await import('@grapevine/iroh');
      // Bound to this machine, there is nobody that relays or discovery could help to find us.
      const preset = isLoopback(request.address) ? 'minimal' : 'n0';
      return IrohEndpoint.bind({ ...request, preset });
    }
  }
}

export function isLoopback(address: string): boolean {
  return /^(127\.|\[::1\])/.test(address);
}
