import { type Endpoint, UnsupportedPlatformError } from '@grapevine/net';
import type { EndpointRequest } from './request.js';

/** Where there are no UDP sockets, such as in a browser. @throws UnsupportedPlatformError */
export async function bindEndpoint(_: EndpointRequest): Promise<Endpoint> {
  throw new UnsupportedPlatformError(
    'Gossip.bind makes QUIC endpoints in Node, Deno and Bun; elsewhere give it one (option endpoint): in a browser a WebEndpoint of @grapevine/web',
  );
}
