import {
  directAddrs,
  type Endpoint,
  type EndpointId,
  SecretKey,
  type SocketAddr,
  type TransportLosses,
} from '@grapevine/net';
import type { CertificateConnection } from '@grapevine/net/quic';
import { loadQuic } from './load-quic.js';
import { topicsAlpn } from './protocol.js';
import type { ResolvedServerOptions } from './server-options.js';

/** A connection of a client. Its id is known only where clients have to prove one. */
export type ClientConnection = CertificateConnection & { readonly remoteId?: EndpointId };

/** Where a server accepts its clients. */
export interface Listening {
  readonly id: EndpointId;
  readonly addr: SocketAddr;
  /** The certificate that clients without endpoint ids pin; undefined where clients must prove an id. */
  readonly certificate: Uint8Array | undefined;
  /** What its endpoint has lost, to be counted once for each endpoint. */
  transport(): { readonly endpoint: object; readonly losses: TransportLosses | undefined };
  accept(): AsyncIterable<{ accept(): Promise<ClientConnection> }>;
  close(): Promise<void>;
}

/** Starts to listen, and logs who may use it. @throws BindError; UnsupportedPlatformError where QUIC does not run */
export async function listen(options: ResolvedServerOptions): Promise<Listening> {
  const { allowed, logger } = options;
  const listening = await open(options);
  const { addr: address } = listening;
  if (allowed) {
    logger.info({ address, clients: allowed.size }, 'remote control is open to the clients on the list');
  } else {
    const message =
      'remote control has no list of allowed clients: everybody on this machine may use it, and nobody else';
    logger.info({ address }, message);
  }
  return listening;
}

async function open(options: ResolvedServerOptions): Promise<Listening> {
  const { endpoint, address, alpn, controlAlpn, maxSubscriptions, logger, allowed } = options;
  const { secretKey = SecretKey.generate() } = options;
  const alpns = [topicsAlpn(controlAlpn), alpn, controlAlpn];
  if (endpoint) {
    endpoint.setAlpns(alpns);
    return onEndpoint(endpoint);
  }
  const quic = await loadQuic();
  const quicOptions = { address, secretKey, alpns, maxUniStreams: 0, maxBiStreams: maxSubscriptions, logger };
  if (allowed) return onEndpoint(await quic.Endpoint.bind(quicOptions));
  const bound = await quic.CertificateEndpoint.bind(quicOptions);
  return {
    id: secretKey.id,
    addr: bound.addr,
    certificate: bound.certificate,
    transport: () => ({ endpoint: bound, losses: bound.losses() }),
    accept: () => bound.accept(),
    close: () => bound.close(),
  };
}

function onEndpoint(endpoint: Endpoint): Listening {
  const [addr] = directAddrs(endpoint.addr()) as [SocketAddr]; // the options see to it that there is one
  return {
    id: endpoint.id,
    addr,
    certificate: undefined,
    transport: () => ({ endpoint, losses: endpoint.losses?.() }),
    accept: () => endpoint.accept(),
    close: () => endpoint.close(),
  };
}
