import * as net from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { CertificateEndpoint, Endpoint } from '@grapevine/net/quic';
import {
  endpoint,
  gossip,
  half,
  id,
  key,
  loggers,
  type Mistake,
  misspelt,
  network,
  notOptions,
  peerId,
  peers,
  secretKeys,
  topicIds,
} from './mistakes.js';

/** Mistakes in calls of the packages below the API. */
export const NET_MISTAKES: readonly Mistake[] = [
  {
    call: 'new GossipNode(…)',
    make: (wrong) => new net.GossipNode(wrong),
    wrong: [[undefined, /endpoint must be an Endpoint/]],
  },
  {
    call: 'GossipNode.subscribe(…)',
    make: (wrong) => new net.GossipNode(network.endpoint()).subscribe(wrong),
    wrong: topicIds,
  },
  {
    call: 'GossipNode.subscribe(topic, …)',
    make: (wrong) => new net.GossipNode(network.endpoint()).subscribe(id, wrong),
    wrong: [
      ...peers('bootstrap').map(([value, says]): readonly [unknown, RegExp] => [{ bootstrap: value }, says]),
      [{ bootstrap: peerId }, /bootstrap must be an array of peers/],
      misspelt('eco', 'echo'),
    ],
  },
  {
    call: 'new Router(…)',
    make: (wrong) => new net.Router(wrong),
    wrong: [[undefined, /endpoint must be an Endpoint, got undefined/]],
  },
  {
    call: 'new Router(endpoint, …)',
    make: (wrong) => new net.Router(endpoint, wrong),
    wrong: [
      ...notOptions('Router'),
      ...loggers,
      [{ admit: true }, /admit must be a function, got true/],
      misspelt('admits', 'admit'),
    ],
  },
  {
    call: 'router.accept(…)',
    make: ([alpn, handler]) => new net.Router(endpoint).accept(alpn, handler),
    wrong: [
      [[undefined, gossip], /alpn must be a string/],
      [['', gossip], /alpn must have 1 to 255 bytes/],
      [['x', undefined], /handler must be a ProtocolHandler, got undefined/],
      [['x', {}], /handler must be a ProtocolHandler, got an object without accept\(\)/],
    ],
  },
  {
    call: 'parseTicket(…)',
    make: net.parseTicket,
    wrong: [
      [undefined, /ticket must be a string, got undefined/],
      [7, /ticket must be a string/],
    ],
  },
  {
    call: 'formatTicket(…)',
    make: net.formatTicket,
    wrong: [
      [undefined, /addr must be an EndpointAddr/],
      [peerId, /addr must be an EndpointAddr/],
      [{ id: half, addrs: [] }, /addr.id must be an EndpointId/],
    ],
  },
  {
    call: 'parseEndpointId(…)',
    make: net.parseEndpointId,
    wrong: [[undefined, /endpoint id must be a string, got undefined/]],
  },
  { call: 'parseSocketAddr(…)', make: net.parseSocketAddr, wrong: [[undefined, /socket address must be a string/]] },
  { call: 'socketAddr(…)', make: (wrong) => net.socketAddr(wrong, 1), wrong: [[undefined, /host must be a string/]] },
  {
    call: 'SecretKey.parse(…)',
    make: net.SecretKey.parse,
    wrong: [[undefined, /secret key must be a string, got undefined/]],
  },
  {
    call: 'SecretKey.fromBytes(…)',
    make: net.SecretKey.fromBytes,
    wrong: [
      [undefined, /seed must be a Uint8Array/],
      [half, /seed must be a Uint8Array/],
    ],
  },
  {
    call: 'loadSigningKey(…)',
    make: net.loadSigningKey,
    wrong: [
      [undefined, /seed must be a Uint8Array/],
      [half, /seed must be a Uint8Array/],
      [new Uint8Array(31), /seed must have 32 bytes, got 31/],
    ],
  },
  {
    call: 'key.sign(…)',
    make: (wrong) => key.sign(wrong),
    wrong: [['hello', /message must be a Uint8Array, got "hello"/]],
  },
  {
    call: 'verifySignature(…)',
    make: ([signer, message, signature]) => net.verifySignature(signer, message, signature),
    wrong: [
      [['me', new Uint8Array(1), new Uint8Array(64)], /signer must be an EndpointId/],
      [[peerId, 'text', new Uint8Array(64)], /message must be a Uint8Array/],
      [[peerId, new Uint8Array(1), undefined], /signature must be a Uint8Array/],
    ],
  },
  {
    call: 'new AddressBook(…)',
    make: (wrong) => new net.AddressBook(wrong),
    wrong: [
      ...notOptions('AddressBook'),
      [{ capacity: 0 }, /capacity must be a whole number/],
      [{ allowLoopback: 'yes' }, /allowLoopback must be true or false/],
      misspelt('capacty', 'capacity'),
    ],
  },
  {
    call: 'new MemoryNetwork(…)',
    make: (wrong) => new MemoryNetwork(wrong),
    wrong: [
      ...notOptions('MemoryNetwork'),
      [{ latencyMs: '5' }, /latencyMs must be a number or a function/],
      [{ latencyMs: -1 }, /latencyMs must be at least 0/],
      misspelt('latency', 'latencyMs'),
    ],
  },
  {
    call: 'network.endpoint(…)',
    make: (wrong) => network.endpoint(wrong),
    wrong: [...notOptions('MemoryNetwork.endpoint'), ...secretKeys, misspelt('secretkey', 'secretKey')],
  },
  {
    call: 'MemoryEndpoint.connect(…)',
    make: (wrong) => endpoint.connect(wrong, 'x'),
    wrong: [
      [undefined, /the peer to connect to must be an EndpointId or an EndpointAddr, got undefined/],
      ['bob', /must be an EndpointId/],
    ],
  },

  {
    call: 'Endpoint.bind(…)',
    make: (wrong) => Endpoint.bind(wrong),
    wrong: [
      ...notOptions('Endpoint.bind'),
      ...secretKeys,
      ...loggers,
      [{ address: 4433 }, /address must be a string/],
      [{ address: 'localhost' }, /socket address: expected HOST:PORT/],
      [{ advertise: [7] }, /advertise\[0\] must be a string, got 7/],
      [{ advertise: ['10.0.0.1:70000'] }, /advertise\[0\] must be HOST:PORT or HOST/],
      [{ alpns: 'x' }, /alpns must be an array of strings/],
      [{ idleTimeoutMs: '5' }, /idleTimeoutMs must be a number/],
      [{ maxHalfOpen: 0 }, /maxHalfOpen must be a whole number/],
      [{ addressLookup: new Map() }, /addressLookup must be an AddressLookup/],
      [{ socket: {} }, /socket must be a function/],
      misspelt('adress', 'address'),
      misspelt('keepaliveMs', 'keepAliveMs'),
    ],
  },
  {
    call: 'CertificateEndpoint.bind(…)',
    make: (wrong) => CertificateEndpoint.bind(wrong),
    wrong: [
      ...secretKeys,
      misspelt('adress', 'address'),
      [{ advertise: [] }, /CertificateEndpoint.bind has no option "advertise"/],
    ],
  },
  {
    call: 'endpoint.connect(…)',
    make: async ([to, alpn, options]) => {
      await using bound = await Endpoint.bind({ address: '127.0.0.1:0' });
      return await bound.connect(to, alpn, options);
    },
    wrong: [
      [[undefined, 'x'], /the peer to connect to must be .* got undefined/],
      [['bob', 'x'], /the peer to connect to must be an EndpointId/],
      [[{ id: peerId, addrs: [{ type: 'ip' }] }, 'x'], /the peer to connect to.addrs\[0\].addr must be/],
      [[peerId, undefined], /must be a string/],
      [[peerId, 'x', { signal: 1 }], /signal must be an AbortSignal/],
      [[peerId, 'x', { timeout: 1 }], /connect has no option "timeout"/],
    ],
  },
];
