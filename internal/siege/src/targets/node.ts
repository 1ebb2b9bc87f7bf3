// The node under attack, with all its listeners.
import { Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { directAddrs, type EndpointAddr, Router, SecretKey, type SocketAddr } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { serveRpc } from '@grapevine/rpc';
import { WebListener } from '@grapevine/web/listener';
import { OTHER_ROOM, ROOM, type TargetAddr, type TargetReport, type TargetRequest } from '../messages.js';
import { SelfReport } from './report.js';
import { sha256, webListenerAddr } from './web-listener-addr.js';

const maxPeers = Number(process.argv[2]);
/** What an application may take to look at a message, in milliseconds. */
const VALIDATE_MS = 2;
/** Contents that begin like this are rejected: for attacks on the application's judgement. */
const REJECTED = 0xee;

const secretKey = SecretKey.generate();
const endpoint = await Endpoint.bind({ secretKey, address: '127.0.0.1:0' });
const web = await WebListener.bind({ secretKey, address: '127.0.0.1:0' });
const gossip = Gossip.spawn(endpoint, { maxPeers, validate });
new Router(endpoint).accept(gossip.alpn, gossip).spawn();
new Router(web).accept(gossip.alpn, gossip).spawn();
const rpc = await serveRpc(gossip, { node: endpoint });
const topic = await gossip.subscribe(topicIdFrom(ROOM));
const lateness: number[] = [];
const self = new SelfReport();
void listen(topic);

function validate(_topic: string, { content }: { readonly content: Uint8Array }) {
  if (content[0] !== REJECTED) return 'accept' as const;
  return new Promise<'reject'>((resolve) => setTimeout(() => resolve('reject'), VALIDATE_MS));
}

async function listen(events: GossipTopic): Promise<void> {
  for await (const event of events) {
    if (event.type !== 'received' || event.content.length < 8) continue;
    const { buffer, byteOffset } = event.content;
    const sentAt = new DataView(buffer, byteOffset).getFloat64(0) - performance.timeOrigin;
    const late = performance.now() - sentAt;
    if (Math.abs(late) < 60_000) lateness.push(late - self.waitedSince(sentAt)); // attackers write no times
  }
}

async function report(): Promise<TargetReport> {
  const { sources } = await gossip.snapshot();
  return { ...(await self.take()), lateness: lateness.splice(0), refused: sources.refused };
}

/** A join of the target's own user. @returns how long it took, in milliseconds */
async function join(bootstrap: EndpointAddr): Promise<number> {
  const began = performance.now();
  await using other = await gossip.subscribe(topicIdFrom(OTHER_ROOM), { bootstrap: [bootstrap] });
  return await other.joined({ signal: AbortSignal.timeout(20_000) }).then(
    () => performance.now() - began,
    () => Number.POSITIVE_INFINITY,
  );
}

async function answer(request: TargetRequest): Promise<unknown> {
  switch (request.type) {
    case 'report':
      return await report();
    case 'join':
      return await join(request.bootstrap);
  }
}

function addr(): TargetAddr {
  const [socket] = directAddrs(endpoint.addr()) as [SocketAddr];
  if (!rpc.certificate) throw new Error('remote control has no certificate');
  return {
    node: endpoint.addr(),
    socket,
    web: webListenerAddr(web),
    rpc: { addr: rpc.addr, certificateHash: sha256(rpc.certificate) },
  };
}

process.on('message', (request: TargetRequest) => void answer(request).then((result) => process.send?.(result)));
process.send?.(addr());
