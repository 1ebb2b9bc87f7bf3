import { parseBootstraps } from '@grapevine/api';
import { IrohEndpoint } from '@grapevine/iroh';
import { MdnsPeerSource } from '@grapevine/mdns';
import * as net from '@grapevine/net';
import { faultySocket, transportCompliance } from '@grapevine/net/compliance';
import { MemoryNetwork } from '@grapevine/net/memory';
import { CertificateEndpoint, DgramSocket, Endpoint } from '@grapevine/net/quic';
import * as transport from '@grapevine/net/transport';
import * as postcard from '@grapevine/postcard';
import * as proto from '@grapevine/proto';
import { KeySetBuilder, Reconciliation, saltOf } from '@grapevine/proto/reconciliation';
import { connectRpc } from '@grapevine/rpc';
import * as sim from '@grapevine/sim';
import { BrowserKey, WebEndpoint, webAddrs, webTransportAddr } from '@grapevine/web';
import { HubEndpoint, WebListener } from '@grapevine/web/listener';
import { type Anything, endpoint, gossip, id, key, network, peerId } from './mistakes.js';
import type { Kind } from './wrong.js';

/** An argument: its name in errors, a valid value, and what it should be. */
export type Argument = readonly [name: string, right: unknown, kind: Kind];

/** One callable of the public surface, and its arguments. Each argument is tried with everything that it must not be. */
export type Row = readonly [callable: string, args: readonly Argument[], call: (...args: Anything[]) => unknown];

const { u8, string, struct, enumOf } = postcard;
const bytes = new Uint8Array(32);
const addr = { host: '192.0.2.1', port: 1 };
const way = { type: 'ip', addr } as const;
const peer = { id: peerId, addrs: [way] };
const messageId = proto.messageIdFromBytes(bytes);
const rng = sim.ChaCha12Rng.seedFromU64(1);
const swarm = () => {
  const made = new sim.Network({ rng: sim.ChaCha12Rng.seedFromU64(1) });
  made.insertAndJoin(0, []);
  return made;
};
const kernel = () => new proto.State<number>({ me: 1, rng: proto.seededRng(bytes) });
const overlay = { links: [[1], [0]] } as Anything;
const [memory, other] = [network.endpoint(), network.endpoint()];
const set = new KeySetBuilder(bytes.subarray(0, 8)).build();
const scenario = { sim: 'GossipMulti', nodes: 2, rounds: 1 } as const;
const result = sim.runScenario(scenario, 1);
const stats = result.summary.mean;
const load = { nodes: 2, pattern: { type: 'random', perSecond: 5 }, duration: sim.SECOND } as const;
const loaded = sim.runLoad(load, 'hardened', 1);
const opened = async () => await Endpoint.bind({ address: '127.0.0.1:0' });
const withEndpoint = async (use: (bound: Endpoint) => unknown) => {
  await using bound = await opened();
  return await use(bound);
};
const withCertificate = async (use: (bound: CertificateEndpoint) => unknown) => {
  const bound = await CertificateEndpoint.bind({ address: '127.0.0.1:0' });
  try {
    return await use(bound);
  } finally {
    await bound.close();
  }
};
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

export const ARGUMENTS: readonly Row[] = [
  // @grapevine/postcard
  ['new Reader', [['bytes', bytes, 'bytes']], (all) => new postcard.Reader(all)],
  ['Reader#raw', [['length', 1, 'whole']], (length) => new postcard.Reader(bytes).raw(length)],
  ['Reader#skip', [['length', 1, 'whole']], (length) => new postcard.Reader(bytes).skip(length)],
  ['Reader#utf8', [['length', 1, 'whole']], (length) => new postcard.Reader(bytes).utf8(length)],
  ['new Writer', [['bytes', bytes, 'bytes']], (all) => new postcard.Writer(all)],
  [
    'decodeWithRest',
    [
      ['schema', u8, 'schema'],
      ['input', bytes, 'bytes'],
    ],
    postcard.decodeWithRest,
  ],
  [
    'encodedLength',
    [
      ['schema', u8, 'schema'],
      ['u8', 1, 'whole'],
    ],
    postcard.encodedLength,
  ],
  ['enumOf', [['variants', { a: {} }, 'object']], postcard.enumOf],
  ['enumOf', [['variants.a', {}, 'object']], (a) => enumOf({ a })],
  ['enumOf', [['variants.a.b', u8, 'schema']], (b) => enumOf({ a: { b } })],
  ['flatEnum', [['members', [enumOf({ a: {} })], 'array']], postcard.flatEnum],
  ['flatEnum', [['members[0]', enumOf({ a: {} }), 'schema']], (first) => postcard.flatEnum([first])],
  [
    'mapped',
    [
      ['inner', u8, 'schema'],
      ['mapping', { decode() {}, encode() {} }, 'schema'],
    ],
    postcard.mapped as Anything,
  ],
  ['option', [['inner', u8, 'schema']], postcard.option],
  ['seq', [['element', u8, 'schema']], postcard.seq],
  ['struct', [['fields', { a: u8 }, 'object']], postcard.struct],
  ['struct', [['fields.a', u8, 'schema']], (a) => struct({ a })],
  ['unitEnum', [['names', ['a'], 'array']], postcard.unitEnum],
  ['unitEnum', [['names', 'a', 'text']], (name) => postcard.unitEnum([name])],

  // @grapevine/proto
  ['idPrefix', [['id', messageId, 'text']], proto.idPrefix],
  ['defaultHash', [['content', bytes, 'bytes']], proto.defaultHash],
  [
    'State#handle',
    [
      ['event', { type: 'peerDialing', peer: 1 }, 'object'],
      ['now', 1, 'number'],
    ],
    (event, now) => kernel().handle(event, now),
  ],
  ...(['window', 'expired', 'losses', 'past'] as const).map(
    (method): Row => [`State#${method}`, [['now', 1, 'number']], (now) => kernel()[method](id, now)],
  ),
  ['seededRng', [['seed', bytes, 'bytes']], proto.seededRng],
  ['TimerHeap#insert', [['time', 1, 'whole']], (time) => new proto.TimerHeap().insert(time, 'x')],
  ['maxPeerData', [['maxMessageSize', proto.defaultConfig(), 'object']], proto.maxPeerData],
  ['defaultConfig', [['unit', 'milliseconds', 'id']], (unit) => proto.defaultConfig(unit === undefined ? null : unit)],
  ['messageCodec', [['peer', string, 'schema']], proto.messageCodec],
  ['messageCodec', [['messageCodec', {}, 'options']], (limits) => proto.messageCodec(string, limits)],
  ['messageIdFromBytes', [['bytes', bytes, 'bytes32']], proto.messageIdFromBytes],
  ['messageIdToBytes', [['id', messageId, 'id']], proto.messageIdToBytes],
  ['messageIdToHex', [['id', messageId, 'id']], proto.messageIdToHex],
  ['topicIdToBytes', [['topic', id, 'id']], proto.topicIdToBytes],
  ['new KeySetBuilder', [['salt', bytes.subarray(8, 16), 'bytes32']], (salt) => new KeySetBuilder(salt)],
  ['KeySetBuilder#add', [['id', bytes, 'bytes32']], (one) => new KeySetBuilder(bytes.subarray(0, 8)).add(one)],
  ['KeySetBuilder#step', [['keys', 1, 'whole']], (keys) => new KeySetBuilder(bytes.subarray(0, 8)).step(keys)],
  ['Reconciliation.begin', [['set', set, 'object']], (keys) => Reconciliation.begin(keys)],
  ['Reconciliation.begin', [['Reconciliation', {}, 'options']], (limits) => Reconciliation.begin(set, limits)],
  ['Reconciliation.answer', [['set', set, 'object']], (keys) => Reconciliation.answer(keys)],
  ['Reconciliation#receive', [['frame', bytes, 'bytes']], (frame) => Reconciliation.answer(set).receive(frame)],
  ['saltOf', [['opening', bytes, 'bytes']], saltOf],

  // @grapevine/net
  [
    'AddressBook#add',
    [
      ['addr', peer, 'object'],
      ['source', 'user', 'id'],
    ],
    (a, b) => new net.AddressBook().add(a, b),
  ],
  ['AddressBook#get', [['id', peerId, 'text']], (one) => new net.AddressBook().get(one)],
  ['AddressBook#resolve', [['id', peerId, 'text']], (one) => new net.AddressBook().resolve(one)],
  ['AddressBook#remove', [['id', peerId, 'text']], (one) => new net.AddressBook().remove(one)],
  [
    'AddressBook#addProvider',
    [['provider', { lookup() {} }, 'function']],
    (one) => new net.AddressBook().addProvider(one),
  ],
  ['decodeAddrInfo', [['data', net.encodeAddrInfo([]), 'bytes']], net.decodeAddrInfo],
  ['encodeAddrInfo', [['addrs', [way], 'array']], net.encodeAddrInfo],
  ['encodeAddrInfo', [['addrs[0]', way, 'object']], (first) => net.encodeAddrInfo([first])],
  ['directAddrs', [['addr', peer, 'object']], net.directAddrs],
  [
    'endpointAddr',
    [
      ['id', peerId, 'id'],
      ['addrs[0]', addr, 'object'],
    ],
    net.endpointAddr,
  ],
  ['reachWarning', [['addr', peer, 'object']], net.reachWarning],
  ['looksLikeRoomTicket', [['text', 'x', 'text']], net.looksLikeRoomTicket],
  ['formatSocketAddr', [['host', addr, 'object']], net.formatSocketAddr],
  ['isLoopback', [['addr', addr, 'object']], net.isLoopback],
  ['sourceOf', [['addr', way, 'object']], (one) => net.sourceOf(one === undefined ? null : one)],
  ['shortId', [['id', peerId, 'text']], net.shortId],
  [
    'verifySignatureAsync',
    [
      ['signer', peerId, 'id'],
      ['message', bytes, 'bytes'],
      ['signature', bytes, 'bytes'],
    ],
    net.verifySignatureAsync,
  ],
  ['describeClose', [['reason', { type: 'timeout' }, 'object']], net.describeClose],
  [
    'decodeBase32',
    [
      ['text', 'aa', 'text'],
      ['what', 'it', 'text'],
    ],
    net.decodeBase32,
  ],
  ['encodeBase32', [['bytes', bytes, 'bytes']], net.encodeBase32],
  ['abortable', [['promise', Promise.resolve(), 'object']], (one) => net.abortable(one, new AbortController().signal)],
  [
    'abortable',
    [['signal', new AbortController().signal, 'signal']],
    (signal) => net.abortable(Promise.resolve(), signal),
  ],
  [
    'GossipNode#accept',
    [['connection', undefined, 'object']],
    (one) => new net.GossipNode(network.endpoint()).accept(one),
  ],
  [
    'GossipNode#reviewPeers',
    [['topic', id, 'id']],
    (one) => new net.GossipNode(network.endpoint()).reviewPeers(one === undefined ? null : one),
  ],
  ['parseAdvertised', [['name', 'address', 'text']], (name) => transport.parseAdvertised(name, '192.0.2.1')],
  ['parseAdvertised', [['address', '192.0.2.1', 'text']], (text) => transport.parseAdvertised('address', text)],
  ['isDialable', [['addr', addr, 'object']], transport.isDialable],
  ['withoutPasting', [['text', 'x', 'text']], transport.withoutPasting],
  ['ticketKind', [['word', 'x', 'text']], transport.ticketKind],
  ['wordKind', [['word', 'x', 'text']], transport.wordKind],
  ['cutReason', [['reason', 'x', 'text']], transport.cutReason],
  ['checkAlpns', [['alpns', ['x'], 'array']], transport.checkAlpns],
  ['checkCommand', [['command', { type: 'joinPeers', peers: [] }, 'object']], transport.checkCommand],
  [
    'CertificateEndpoint#setAlpns',
    [['alpns', ['x'], 'array']],
    (all) => withCertificate((bound) => bound.setAlpns(all)),
  ],
  [
    'CertificateEndpoint#showCertificate',
    [['certificate', undefined, 'object']],
    (one) => withCertificate((bound) => bound.showCertificate(one)),
  ],
  [
    'CertificateEndpoint#connect',
    [['server', undefined, 'object']],
    (to) => withCertificate((bound) => bound.connect(to, { alpn: 'x' } as Anything)),
  ],
  ['Endpoint#setAlpns', [['alpns', ['x'], 'array']], (all) => withEndpoint((bound) => bound.setAlpns(all))],
  [
    'DgramSocket#bind',
    [['address', { host: '127.0.0.1', port: 0 }, 'object']],
    async (address) => {
      const socket = new DgramSocket();
      await socket.bind(address);
      await socket.close();
    },
  ],
  ['DgramSocket#onDatagram', [['receive', () => {}, 'function']], (one) => new DgramSocket().onDatagram(one)],
  ['DgramSocket#onError', [['report', () => {}, 'function']], (one) => new DgramSocket().onError(one)],
  ...(['cut', 'heal', 'cutOneWay', 'healOneWay'] as const).flatMap((method): Row[] => {
    const [from, to] = method.length > 4 ? ['from', 'to'] : ['a', 'b'];
    return [
      [
        `MemoryNetwork#${method}`,
        [
          [from, memory, 'object'],
          [to, other, 'object'],
        ],
        (a, b) => network[method](a, b),
      ],
    ];
  }),
  [
    'MemoryNetwork#shape',
    [
      ['from', memory, 'object'],
      ['to', other, 'object'],
      ['shape', {}, 'options'],
    ],
    (a, b, c) => network.shape(a, b, c),
  ],
  ...(['suspend', 'resume', 'mute', 'unmute', 'vanish', 'unregister', 'register', 'crash'] as const).map(
    (method): Row => [
      `MemoryNetwork#${method}`,
      [['endpoint', network.endpoint(), 'object']],
      (one) => new MemoryNetwork()[method](one),
    ],
  ),
  ['faultySocket', [['faultySocket', { seed: 1 }, 'options']], (faults) => faultySocket(faults)],
  ['transportCompliance', [['runner', undefined, 'object']], (runner) => transportCompliance(runner, {} as Anything)],

  // @grapevine/api, web, mdns, iroh, rpc
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

  // @grapevine/sim
  ['new BroadcastMeter', [['network', swarm(), 'object']], (one) => new sim.BroadcastMeter(one)],
  [
    'BroadcastMeter#published',
    [
      ['id', messageId, 'text'],
      ['publisher', 0, 'whole'],
    ],
    (...args) => (new sim.BroadcastMeter(swarm()).published as Anything)(...args),
  ],
  ['ChaCha12Rng.fromSeed', [['seed', bytes, 'bytes32']], (seed) => sim.ChaCha12Rng.fromSeed(seed)],
  ['ChaCha12Rng.seedFromU64', [['seed', 1, 'whole']], (seed) => sim.ChaCha12Rng.seedFromU64(seed)],
  ['ChaCha12Rng.fromRng', [['parent', rng, 'object']], (parent) => sim.ChaCha12Rng.fromRng(parent)],
  ['ChaCha12Rng#fillBytes', [['target', bytes, 'bytes']], (target) => rng.fillBytes(target)],
  ['ChaCha12Rng#index', [['length', 5, 'whole']], (length) => rng.index(length)],
  ['ChaCha12Rng#shuffle', [['items', [1], 'array']], (items) => rng.shuffle(items)],
  ['ChaCha12Rng#choose', [['items', [1], 'array']], (items) => rng.choose(items)],
  [
    'ChaCha12Rng#chooseWhere',
    [
      ['items', [1], 'array'],
      ['keep', () => true, 'function'],
    ],
    (items, keep) => rng.chooseWhere(items, keep),
  ],
  [
    'compareModes',
    [
      ['scenarios', { a: scenario }, 'object'],
      ['seeds', [1], 'array'],
    ],
    sim.compareModes,
  ],
  [
    'inMode',
    [
      ['scenario', scenario, 'object'],
      ['mode', 'hardened', 'id'],
    ],
    sim.inMode,
  ],
  [
    'modeComparison',
    [
      ['scenario', 'a', 'text'],
      ['mode', 'hardened', 'id'],
      ['results', [result], 'array'],
    ],
    sim.modeComparison,
  ],
  ['modeTable', [['rows', [sim.modeComparison('a', 'hardened', [result])], 'array']], sim.modeTable],
  ['faultRng', [['seed', 1, 'whole']], sim.faultRng],
  [
    'injectFaults',
    [
      ['network', swarm(), 'object'],
      ['faults', [], 'array'],
      ['rng', rng, 'object'],
    ],
    sim.injectFaults,
  ],
  ['findViolations', [['network', swarm(), 'object']], sim.findViolations],
  ['unevenBranches', [['network', swarm(), 'object']], sim.unevenBranches],
  [
    'loadRow',
    [
      ['load', 'a', 'text'],
      ['results', [loaded], 'array'],
    ],
    sim.loadRow,
  ],
  ['loadTable', [['rows', [sim.loadRow('a', [loaded])], 'array']], sim.loadTable],
  [
    'latenessWindows',
    [
      ['deliveries', loaded.timed, 'object'],
      ['start', 0, 'number'],
    ],
    sim.latenessWindows,
  ],
  [
    'recoveryTime',
    [
      ['deliveries', loaded.timed, 'object'],
      ['flood', loaded.timed, 'object'],
      ['noticedAt', 0, 'number'],
    ],
    sim.recoveryTime,
  ],
  [
    'runLoad',
    [
      ['load', load, 'object'],
      ['rule', 'hardened', 'id'],
      ['seed', 1, 'whole'],
    ],
    sim.runLoad,
  ],
  ['memoHash', [['hash', proto.defaultHash, 'function']], (hash) => sim.memoHash(hash === undefined ? null : hash)],
  ['new Network', [['Network', { rng }, 'options']], (options) => new sim.Network(options)],
  ['new Network', [['NetworkConfig', {}, 'options']], (config) => new sim.Network({ rng, config })],
  ['new Network', [['rng', rng, 'object']], (one) => new sim.Network({ rng: one })],
  [
    'Network#insert',
    [
      ['peer', 5, 'whole'],
      ['insert', {}, 'options'],
    ],
    (a, b) => swarm().insert(a, b),
  ],
  [
    'Network#insertAndJoin',
    [
      ['peer', 5, 'whole'],
      ['contacts', [0], 'array'],
    ],
    (a, b) => swarm().insertAndJoin(a, b),
  ],
  [
    'Network#command',
    [
      ['peer', 0, 'whole'],
      ['command', { type: 'quit' }, 'object'],
    ],
    (a, b) => swarm().command(a, b),
  ],
  [
    'Network#enqueueCommand',
    [
      ['peer', 0, 'whole'],
      ['command', { type: 'quit' }, 'object'],
    ],
    (a, b) => swarm().enqueueCommand(a, b),
  ],
  ['Network#remove', [['peer', 0, 'whole']], (one) => swarm().remove(one)],
  [
    'Network#removeAll',
    [
      ['peers', [0], 'array'],
      ['noticeAfter', 0, 'number'],
    ],
    (a, b) => swarm().removeAll(a, b === undefined ? null : b),
  ],
  [
    'Network#breakConnections',
    [
      ['isBroken', () => true, 'function'],
      ['noticeAfter', 0, 'whole'],
    ],
    (a, b) => swarm().breakConnections(a, b),
  ],
  [
    'Network#schedule',
    [
      ['time', 0, 'whole'],
      ['action', () => {}, 'function'],
    ],
    (a, b) => swarm().schedule(a, b),
  ],
  [
    'Network#deliver',
    [
      ['from', 0, 'whole'],
      ['to', 0, 'whole'],
      ['message', { type: 'prune' }, 'object'],
      ['delay', 0, 'whole'],
    ],
    (...args) => (swarm() as Anything).deliver(...args),
  ],
  [
    'Network#reportUnreachable',
    [
      ['from', 0, 'whole'],
      ['to', 0, 'whole'],
      ['latency', 0, 'whole'],
    ],
    (...args) => (swarm() as Anything).reportUnreachable(...args),
  ],
  [
    'Network#latencyBetween',
    [
      ['a', 0, 'whole'],
      ['b', 0, 'whole'],
    ],
    (...args) => (swarm() as Anything).latencyBetween(...args),
  ],
  ...(['has', 'isMember', 'node', 'snapshot', 'neighbors'] as const).map(
    (method): Row => [`Network#${method}`, [['peer', 0, 'whole']], (one) => swarm()[method](one)],
  ),
  ['Network#runTrips', [['trips', 1, 'whole']], (one) => swarm().runTrips(one)],
  ['Network#runFor', [['duration', 1, 'whole']], (one) => swarm().runFor(one)],
  ['Network#runUntil', [['end', 1, 'whole']], (one) => swarm().runUntil(one)],
  [
    'Network#runUntilDone',
    [
      ['isDone', () => true, 'function'],
      ['timeout', 1, 'whole'],
    ],
    (a, b) => swarm().runUntilDone(a, b),
  ],
  [
    'averageShortestPath',
    [
      ['overlay', overlay, 'object'],
      ['rng', rng, 'object'],
    ],
    sim.averageShortestPath,
  ],
  ['clustering', [['overlay', overlay, 'object']], sim.clustering],
  ['componentSizes', [['overlay', overlay, 'object']], sim.componentSizes],
  [
    'flood',
    [
      ['overlay', overlay, 'object'],
      ['start', 0, 'whole'],
    ],
    sim.flood,
  ],
  ['inDegrees', [['overlay', overlay, 'object']], sim.inDegrees],
  ['overlayOf', [['network', swarm(), 'object']], sim.overlayOf],
  ['averageSummaries', [['runs', [result.summary], 'array']], sim.averageSummaries],
  [
    'compareRounds',
    [
      ['baseline', stats, 'object'],
      ['current', stats, 'object'],
    ],
    sim.compareRounds,
  ],
  ['Samples#add', [['value', 1, 'number']], (value) => new sim.Samples().add(value)],
  ['Samples#percentile', [['share', 0.5, 'whole']], (share) => new sim.Samples().percentile(share)],
  [
    'runScenario',
    [
      ['scenario', scenario, 'object'],
      ['seed', 1, 'whole'],
      ['runScenario', {}, 'options'],
    ],
    sim.runScenario,
  ],
  [
    'runScenario',
    [['runScenario', {}, 'options']],
    (more) =>
      typeof more === 'object' && more && !Array.isArray(more)
        ? sim.runScenario({ ...scenario, ...more }, 1)
        : sim.runScenario(scenario, 1, more),
  ],
  ['new Simulator', [['Simulator', { seed: 1, nodes: 2 }, 'options']], (options) => new sim.Simulator(options)],
  [
    'Simulator#bootstrap',
    [['bootstrap', { type: 'single' }, 'object']],
    (one) => new sim.Simulator({ seed: 1, nodes: 2 }).bootstrap(one === undefined ? null : one),
  ],
  [
    'Simulator#removeRandom',
    [['count', 0, 'whole']],
    (count) => new sim.Simulator({ seed: 1, nodes: 2 }).removeRandom(count),
  ],
  [
    'Simulator#broadcastRound',
    [['publications', [], 'array']],
    (all) => new sim.Simulator({ seed: 1, nodes: 2 }).broadcastRound(all),
  ],
  [
    'inputText',
    [
      ['time', 1, 'whole'],
      ['peer', 1, 'whole'],
      ['event', { type: 'linkRetired', peer: 1 }, 'object'],
    ],
    sim.inputText,
  ],
  ['outputText', [['event', { type: 'disconnectPeer', peer: 1 }, 'object']], sim.outputText],
  [
    'trafficSince',
    [
      ['before', result.traffic, 'object'],
      ['now', result.traffic, 'object'],
    ],
    sim.trafficSince,
  ],
];

/** Callables without a row of their own, and why. */
export const WITHOUT_ROW: Readonly<Record<string, readonly string[]>> = {
  'what it takes has passed the size of a schema, which has told what is wrong': [
    'Writer#byte',
    'Writer#varint',
    'Writer#varintBig',
    'Writer#raw',
    'Writer#utf8',
  ],
  'a check by itself: it is what refuses': [
    'aBoolean',
    'aFunction',
    'anArrayOf',
    'anInteger',
    'anObjectWith',
    'aSignal',
    'aString',
    'checkOptions',
    'given',
    'oneOf',
    'someBytes',
    'aRoomTicket',
    'checkSubscribe',
    'anAlpn',
    'someAlpns',
    'checkConnect',
    'checkInteger',
    'aClock',
    'aLogger',
    'anAddressLookup',
    'anEndpoint',
    'anEndpointAddr',
    'anEndpointId',
    'aPeer',
    'aSecretKey',
    'aTopicId',
    'checkCode',
    'unknownName',
    'aDuration',
    'atLeast',
  ],
  'it never throws: a datagram that cannot be sent is lost': ['DgramSocket#send'],
  'takes anything': ['describe', 'AsyncQueue#push', 'AsyncQueue#remove', 'TimerHeap#popUntil'],
  'an observer: the simulator calls it': ['BroadcastMeter#payload', 'BroadcastMeter#delivered', 'BroadcastMeter#left'],
  'private, or protected: made and called by what checks': [
    'new Gossip',
    'new GossipApi',
    'new LeafGossip',
    'new SecretKey',
    'new IrohEndpoint',
    'IrohEndpoint#admit',
    'IrohEndpoint#decided',
    'new MdnsPeerSource',
    'GossipNode#takeOver',
    'GossipNode#review',
    'LeafNode#takeOver',
    'LeafNode#review',
    'new CertificateEndpoint',
    'new Endpoint',
    'new Reconciliation',
    'new ChaCha12Rng',
    'new BrowserKey',
    'new QuicDialer',
    'new WebListener',
  ],
  'a half of a topic: what GossipTopic hands on to': [
    ...['next', 'messages', 'membership', 'status', 'joined'].map((method) => `GossipReceiver#${method}`),
    ...['broadcast', 'broadcastNeighbors', 'flush', 'joinPeers'].map((method) => `GossipSender#${method}`),
  ],
  'the same as of GossipNode': ['new LeafNode', 'LeafNode#subscribe'],
  'the same method as of State': [
    ...['handle', 'window', 'expired', 'losses', 'past'].flatMap((method) => [
      `LeafState#${method}`,
      `ReferenceState#${method}`,
    ]),
  ],
  'asks for something: what is not there, or is nothing, has nothing': [
    ...[
      'neighbors',
      'eagerPeers',
      'snapshot',
      'hasSeen',
      'seenIds',
      'wants',
      'hasHeardFrom',
      'origin',
      'payload',
    ].flatMap((method) => ['State', 'LeafState', 'ReferenceState'].map((kernel) => `${kernel}#${method}`)),
  ],
  'runs in a browser alone; it begins with the same check of bytes as SecretKey#sign': ['BrowserKey#sign'],
  'called by this package alone, and marked so': [
    'new BoundGossip',
    'new GossipReceiver',
    'new GossipSender',
    'new GossipTopic',
    'new RemoteGossip',
    'RpcServer.start',
    'new RpcServer',
    'EventQueue',
    'MembershipReaders',
    'SharedBudget',
    'ihaveChunkLength',
  ],
};
