import { parseBootstraps } from '@grapevine/api';
import { IrohEndpoint } from '@grapevine/iroh';
import { MdnsPeerSource } from '@grapevine/mdns';
import { Endpoint } from '@grapevine/net/quic';
import { connectRpc } from '@grapevine/rpc';
import { BrowserKey, WebEndpoint, webAddrs, webTransportAddr } from '@grapevine/web';
import { HubEndpoint, WebListener } from '@grapevine/web/listener';
import { endpoint, gossip, id, key, network, peerId } from './mistakes.js';
import type { Row } from './row.js';

const memory = network.endpoint();
const way = { type: 'ip', addr: { host: '192.0.2.1', port: 1 } } as const;
const withListener = async (use: (bound: WebListener) => unknown) => {
  const bound = await WebListener.bind({ secretKey: key, address: '127.0.0.1:0' });
  try {
    return await use(bound);
  } finally {
    await bound.close();
  }
};
const withHub = (use: (hub: HubEndpoint) => unknown) =>
  withListener((web) =>
    Endpoint.bind({ secretKey: key, address: '127.0.0.1:0' }).then(async (bound) => {
      await using hub = new HubEndpoint(bound, web);
      return await use(hub);
    }),
  );
const withMdns = async (use: (source: MdnsPeerSource) => unknown) => {
  await using source = await MdnsPeerSource.start({ endpoint: memory, interface: '127.0.0.1', port: 45_353 });
  return await use(source);
};
const withIroh = async (use: (bound: IrohEndpoint) => unknown) => {
  const bound = await IrohEndpoint.bind({ preset: 'minimal', address: '127.0.0.1:0' });
  try {
    return await use(bound);
  } finally {
    await bound.close();
  }
};

/** Of api, web, mdns, iroh and rpc. */
export const OTHERS: readonly Row[] = [
  ['parseBootstraps', [['name', 'peers', 'text']], (name) => parseBootstraps(name, [])],
  ['parseBootstraps', [['peer', [], 'object']], (all) => parseBootstraps('peers', all)],
  ['Gossip#accept', [['connection', undefined, 'object']], (one) => gossip.accept(one)],
  ['Gossip#reviewPeers', [['topic', id, 'id']], (one) => gossip.reviewPeers(one === undefined ? null : one)],
  [
    'BoundGossip#roomTicket',
    [['topic', id, 'id']],
    async (topic) => {
      const { Gossip } = await import('@grapevine/api');
      await using bound = await Gossip.bind({ address: '127.0.0.1:0' });
      return bound.roomTicket(topic);
    },
  ],
  ['webAddrs', [['addrs', [way], 'array']], webAddrs],
  ['webAddrs', [['addrs[0]', way, 'object']], (first) => webAddrs([first])],
  ['webTransportAddr', [['addr', { authority: '192.0.2.1:1', hashes: [] }, 'object']], webTransportAddr],
  ['BrowserKey.load', [['name', undefined, 'text']], (name) => BrowserKey.load(name)],
  ['WebEndpoint#setAlpns', [['alpns', ['x'], 'array']], (all) => new WebEndpoint({ key }).setAlpns(all)],
  ['HubEndpoint#setAlpns', [['alpns', ['x'], 'array']], (all) => withHub((hub) => hub.setAlpns(all))],
  ['new HubEndpoint', [['endpoint', undefined, 'object']], (one) => withListener((web) => new HubEndpoint(one, web))],
  ['new HubEndpoint', [['listener', undefined, 'object']], (one) => new HubEndpoint(endpoint, one)],
  [
    'HubEndpoint#connect',
    [['the peer to connect to', undefined, 'object']],
    (to) => withHub((hub) => hub.connect(to, 'x')),
  ],
  ['WebListener#setAlpns', [['alpns', ['x'], 'array']], (all) => withListener((bound) => bound.setAlpns(all))],
  [
    'MdnsPeerSource#find',
    [['topic', undefined, 'id']],
    (topic) => withMdns((source) => source.find(topic, { signal: AbortSignal.abort() })),
  ],
  ['MdnsPeerSource#entered', [['topic', id, 'id']], (topic) => withMdns((source) => source.entered(topic))],
  ['MdnsPeerSource#left', [['topic', id, 'id']], (topic) => withMdns((source) => source.left(topic))],
  ['IrohEndpoint#setAlpns', [['alpns', ['x'], 'array']], (all) => withIroh((bound) => bound.setAlpns(all))],
  [
    'IrohEndpoint#connect',
    [['the peer to connect to', undefined, 'object']],
    (to) => withIroh((bound) => bound.connect(to, 'x')),
  ],
  [
    'RemoteGossip#flush',
    [['flush', undefined, 'options']],
    (options) => connectRpc({ id: peerId, addrs: [] }).flush(options),
  ],
];
