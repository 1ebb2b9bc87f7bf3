import { directAddrs, type EndpointAddr, type SecretKey } from '@grapevine/net';
import { isLoopback } from '@grapevine/net/transport';
import type { RemoteGossip } from '@grapevine/rpc';
import type { Transport } from '../node/transport.js';

/** A server that was silent for this long is gone. */
const IDLE_TIMEOUT_MS = 10_000;

/** Connects to a node's remote control, as somebody who is known to it or as nobody. Only what that needs is loaded. */
export async function connect(
  server: EndpointAddr,
  transport: Transport,
  secretKey: SecretKey | undefined,
): Promise<RemoteGossip> {
  const { connectRpc } = await import('@grapevine/rpc');
  const identity = secretKey && { secretKey };
  switch (transport) {
    case 'quic':
      return connectRpc(server, { idleTimeoutMs: IDLE_TIMEOUT_MS, ...identity });
    case 'iroh': {
      const { IrohEndpoint } = await import('@grapevine/iroh');
      const address = directAddrs(server).every(isLoopback) ? '127.0.0.1:0' : undefined;
      const endpoint = await IrohEndpoint.bind({
        preset: 'minimal',
        idleTimeoutMs: IDLE_TIMEOUT_MS,
        maxUniStreams: 1,
        maxBiStreams: 1,
        address,
        ...identity,
      });
      return connectRpc(server, { endpoint });
    }
  }
}
