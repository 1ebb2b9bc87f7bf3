// The same listeners with nothing behind them: everybody is accepted, and what they send is read and dropped. What an attack costs here it costs
// everywhere.
import { type Connection, directAddrs, GOSSIP_ALPN, type RecvStream, SecretKey, type SocketAddr } from '@grapevine/net';
import { CertificateEndpoint, Endpoint } from '@grapevine/net/quic';
import { RPC_ALPN } from '@grapevine/rpc';
import { WebListener } from '@grapevine/web/listener';
import type { ListenersRequest, TargetAddr, TargetReport } from '../messages.js';
import { SelfReport } from './report.js';
import { sha256, webListenerAddr } from './web-listener-addr.js';

const ADDRESS = '127.0.0.1:0';
const secretKey = SecretKey.generate();
const endpoint = await Endpoint.bind({ secretKey, address: ADDRESS, alpns: [GOSSIP_ALPN, '/grapevine/reconcile/1'] });
const web = await WebListener.bind({ secretKey, address: ADDRESS, alpns: [GOSSIP_ALPN] });
const rpc = await CertificateEndpoint.bind({ address: ADDRESS, alpns: [RPC_ALPN], maxUniStreams: 0 });
const self = new SelfReport();
type Accepted = Omit<Connection, 'remoteId'>;
const connections = new Set<Accepted>();
let isEnding = false;
for (const listener of [endpoint, web, rpc]) void acceptAll(listener);

async function acceptAll(listener: { accept(): AsyncIterable<{ accept(): Promise<Accepted> }> }) {
  for await (const incoming of listener.accept()) incoming.accept().then(take, () => {}); // attackers prove nothing
}

function take(connection: Accepted): void {
  if (isEnding) return connection.close(0, 'nobody is here');
  connections.add(connection);
  void connection.closed.then(() => connections.delete(connection));
  readAll(connection);
}

/** Ends each connection when its handshake is done. */
function endAll(): void {
  isEnding = true;
  for (const connection of connections) connection.close(0, 'nobody is here');
}

function readAll(connection: Accepted): void {
  void (async () => {
    for await (const stream of connection.acceptUni()) void drop(stream);
  })();
  void (async () => {
    for await (const { recv } of connection.acceptBi()) void drop(recv);
  })();
}

async function drop(stream: RecvStream): Promise<void> {
  try {
    while (await stream.read());
  } catch {
    // reset, or the connection is over
  }
}

process.on('message', ({ type }: ListenersRequest) => {
  if (type === 'end') endAll();
  void self.take().then((taken) => process.send?.({ ...taken, lateness: [], refused: {} } satisfies TargetReport));
});
const [socket] = directAddrs(endpoint.addr()) as [SocketAddr];
process.send?.({
  node: endpoint.addr(),
  socket,
  web: webListenerAddr(web),
  rpc: { addr: rpc.addr, certificateHash: sha256(rpc.certificate) },
} satisfies TargetAddr);
