import { formatTicket, type Gossip } from '@grapevine/api';
import type { NodeMetrics } from '@grapevine/metrics';
import {
  type Endpoint,
  type EndpointId,
  endpointAddr,
  formatSocketAddr,
  type Logger,
  type SocketAddr,
} from '@grapevine/net';
import { offerTicket } from './control-ticket.js';
import { keptIdentity } from './identity.js';
import type { KeptTopics } from './kept-topics.js';
import { chooseTransport, type Transport } from './transport.js';

/** Where a node is controlled, and by whom. */
export interface ControlSettings {
  readonly address: SocketAddr;
  /** Undefined: what runs here. */
  readonly transport: Transport | undefined;
  /** Without any, this machine alone. */
  readonly allow: readonly EndpointId[];
}

/** What is controlled. */
export interface Controlled {
  readonly gossip: Gossip;
  readonly node: Endpoint;
  readonly topics: KeptTopics;
  /** The node's folder. */
  readonly data: string;
  readonly logger: Logger;
  readonly metrics: NodeMetrics;
  onShutdown(): void;
}

/**
 * Serves remote control, with a key of its own: clients need not be able to be this node. Leaves a ticket of it in the node's folder.
 *
 * @returns ends it
 */
export async function serveControl(settings: ControlSettings, controlled: Controlled): Promise<() => Promise<void>> {
  const { allow } = settings;
  const { gossip, data, logger, ...rest } = controlled;
  const transport = await chooseTransport(settings.transport, (reason) =>
    logger.warn(
      { reason },
      'no QUIC here: remote control is over iroh; on other machines it takes --rpc-transport iroh',
    ),
  );
  const { serveRpc } = await import('@grapevine/rpc'); // with nodes that nobody controls there is no need for it
  const at = await place(transport, settings, controlled);
  try {
    const server = await serveRpc(gossip, {
      ...rest,
      ...at,
      logger,
      ...(allow.length > 0 && { allowedClients: allow }),
    });
    const ticket = formatTicket(endpointAddr(server.id, server.addr));
    const withdraw = offerTicket(data, transport, ticket);
    logger.info({ address: server.address, transport, ticket }, 'serving remote control');
    return async () => {
      withdraw();
      await server.shutdown();
    };
  } catch (error) {
    await at.endpoint?.close();
    throw error;
  }
}

async function place(transport: Transport, settings: ControlSettings, { data, logger }: Controlled) {
  const address = formatSocketAddr(settings.address);
  const secretKey = keptIdentity(data, 'rpc-identity');
  switch (transport) {
    case 'quic':
      return { address, secretKey };
    case 'iroh': {
      const { IrohEndpoint } = await import('@grapevine/iroh');
      // The protocol has no one-way streams; iroh would buffer 1.25 MB for each.
      return { endpoint: await IrohEndpoint.bind({ preset: 'minimal', address, secretKey, logger, maxUniStreams: 1 }) };
    }
  }
}
