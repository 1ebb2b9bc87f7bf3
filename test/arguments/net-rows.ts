import * as net from '@grapevine/net';
import { faultySocket, transportCompliance } from '@grapevine/net/compliance';
import { MemoryNetwork } from '@grapevine/net/memory';
import { CertificateEndpoint, DgramSocket, Endpoint } from '@grapevine/net/quic';
import * as transport from '@grapevine/net/transport';
import { type Anything, id, network, peerId } from './mistakes.js';
import type { Row } from './row.js';

const bytes = new Uint8Array(32);
const addr = { host: '192.0.2.1', port: 1 };
const way = { type: 'ip', addr } as const;
const peer = { id: peerId, addrs: [way] };
const [memory, other] = [network.endpoint(), network.endpoint()];
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

export const NET: readonly Row[] = [
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
    'onAbort',
    [
      ['signal', new AbortController().signal, 'signal'],
      ['callback', () => {}, 'function'],
    ],
    transport.onAbort,
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
];
