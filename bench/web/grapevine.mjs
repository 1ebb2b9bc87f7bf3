// @ts-check
// Ours: a hub, and tabs on our own QUIC driver instead of a browser's.
import { Gossip, topicIdFrom } from '@grapevine/api';
import { formatTicket, parseTicket, SecretKey } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { WebEndpoint } from '@grapevine/web';
import { HubEndpoint, QuicDialer, WebListener } from '@grapevine/web/listener';

const topic = topicIdFrom('bench');
const LOOPBACK = '127.0.0.1:0';
/** @type {Promise<QuicDialer> | undefined} one socket for all tabs, as a browser has one network process */
let dialer;

/** Starts the hub. @returns {Promise<string>} the ticket that tabs join through */
export async function startServer() {
  const secretKey = SecretKey.generate();
  const endpoint = await Endpoint.bind({ secretKey, address: LOOPBACK });
  const listener = await WebListener.bind({ secretKey, address: LOOPBACK, maxSessionsPerSource: 1_024 });
  const hub = await Gossip.bind({
    endpoint: new HubEndpoint(endpoint, listener),
    config: { hardened: { leafCapacity: 512 } },
  });
  const room = await hub.subscribe(topic);
  void (async () => {
    while (!(await room.next()).done);
  })();
  return formatTicket(listener.addr());
}

/** Starts a tab. @param {string} ticket @param {(bytes: Uint8Array) => void} received @returns {Promise<(bytes: Uint8Array) => Promise<void>>} publishes a message */
export async function startClient(ticket, received) {
  dialer ??= QuicDialer.bind({ address: LOOPBACK });
  const { dial } = await dialer;
  const gossip = Gossip.spawn(new WebEndpoint({ key: SecretKey.generate(), dialer: dial }));
  const room = await gossip.subscribe(topic, { bootstrap: [parseTicket(ticket)] });
  await room.joined();
  void (async () => {
    for await (const event of room) if (event.type === 'received') received(event.content);
  })();
  return (bytes) => room.broadcast(bytes);
}
