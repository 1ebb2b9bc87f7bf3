import type { TopicId } from '@grapevine/api';
import {
  type Endpoint,
  formatSocketAddr,
  formatTicket,
  type Logger,
  type SecretKey,
  type SocketAddr,
  UnsupportedPlatformError,
} from '@grapevine/net';

/** How browsers reach a node. */
export interface WebSettings {
  /** The listener binds there by UDP and the page is served there by TCP. */
  readonly address: SocketAddr;
  /** What browsers are told to dial, where that is another address. */
  readonly advertise: string | undefined;
}

/** A node's endpoint with a listener for browsers beside it. */
export interface WebHub {
  /** Both in one: what gossip and the router work on. */
  readonly endpoint: Endpoint;
  /** Serves the chat room, and at `/grapevine.json` what a page needs to join. @returns its URL, and how to end it */
  serve(topic: TopicId): Promise<{ readonly url: string; close(): Promise<void> }>;
}

/**
 * Makes a hub of an endpoint. What browsers need is loaded only here. @throws BindError, Error where QUIC does not run; the endpoint is left open
 * then
 */
export async function openWebHub(
  quic: Endpoint,
  { address, advertise }: WebSettings,
  { secretKey, logger }: { readonly secretKey: SecretKey; readonly logger: Logger },
): Promise<WebHub> {
  const [{ HubEndpoint, WebListener }, { Site }] = await loadListener();
  const authority = advertise === undefined ? {} : { authority: advertise };
  const listener = await WebListener.bind({ secretKey, address: formatSocketAddr(address), logger, ...authority });
  return {
    endpoint: new HubEndpoint(quic, listener),
    async serve(topic) {
      const { host, port } = listener.boundAddr;
      const names = advertise === undefined ? [] : [new URL(`https://${advertise}`).hostname];
      const site = await Site.serve(host, port, () => ({ topic, tickets: [formatTicket(listener.addr())] }), names);
      return { url: site.url, close: () => site.close() };
    },
  };
}

async function loadListener() {
  try {
    return await Promise.all([import('@grapevine/web/listener'), import('@grapevine/web-chat')]);
  } catch (error) {
    if (!(error instanceof UnsupportedPlatformError)) throw error;
    throw new Error(`--web needs QUIC; without --web the node runs over iroh. ${error.message}`, { cause: error });
  }
}
