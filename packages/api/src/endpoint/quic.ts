import type { Endpoint } from '@grapevine/net';
import type { EndpointRequest } from './request.js';

/** A QUIC endpoint. The native module is loaded only now: programs that bring an endpoint of their own do without it. */
export async function bindEndpoint(request: EndpointRequest): Promise<Endpoint> {
  const { Endpoint } = await import('@grapevine/net/quic');
  return await Endpoint.bind(request);
}
