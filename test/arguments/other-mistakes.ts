import { IrohEndpoint } from '@grapevine/iroh';
import { MdnsPeerSource } from '@grapevine/mdns';
import { gossipMetrics, processMetrics, serveMetrics } from '@grapevine/metrics';
import { decode, encode, encodeInto, string } from '@grapevine/postcard';
import {
  defaultConfig,
  maxPayload,
  resolveConfig,
  State,
  seededRng,
  topicId,
  topicIdFromBytes,
} from '@grapevine/proto';
import { LeafState } from '@grapevine/proto/leaf';
import { ReferenceState } from '@grapevine/proto/reference';
import { connectRpc, serveRpc } from '@grapevine/rpc';
import { WebEndpoint } from '@grapevine/web';
import { QuicDialer, WebListener } from '@grapevine/web/listener';
import {
  endpoint,
  gossip,
  half,
  id,
  key,
  loggers,
  type Mistake,
  misspelt,
  notOptions,
  peerId,
  peers,
  secretKeys,
  topicIds,
} from './mistakes.js';

const rng = seededRng(new Uint8Array(16));

const KERNELS = [
  ['State', State],
  ['LeafState', LeafState],
  ['ReferenceState', ReferenceState],
] as const;

/** Mistakes in calls of the remote control, other transports, and packages that can be used alone. */
export const OTHER_MISTAKES: readonly Mistake[] = [
  {
    call: 'new WebEndpoint(…)',
    make: (wrong) => new WebEndpoint(wrong),
    wrong: [
      ...notOptions('WebEndpoint'),
      [{}, /key must be a SecretKey, or what BrowserKey.load gives/],
      [{ key: 'secret' }, /key must be a SecretKey/],
      [{ key, dialer: 'quic' }, /dialer must be a function/],
      [{ key, handshakeTimeoutMs: 0 }, /handshakeTimeoutMs must be a whole number/],
      [{ key, handshakeTimeout: 1 }, /has no option "handshakeTimeout"; did you mean "handshakeTimeoutMs"/],
    ],
  },
  {
    call: 'webEndpoint.connect(…)',
    make: (wrong) => new WebEndpoint({ key }).connect(wrong, 'x/1'),
    wrong: [
      [undefined, /the peer to connect to must be/],
      [half, /the peer to connect to must be/],
    ],
  },
  {
    call: 'WebListener.bind(…)',
    make: (wrong) => WebListener.bind(wrong),
    wrong: [
      ...secretKeys,
      [{ origins: 'https://chat.example.org' }, /origins must be an array of origins/],
      [{ origins: [1] }, /origins\[0\] must be a string/],
      [{ authority: 8443 }, /authority must be a string/],
      [{ maxSessions: 0 }, /maxSessions must be a whole number/],
      [{ alpns: [''] }, /alpns\[0\] must have 1 to 255 bytes/],
      [{ maxSession: 1 }, /has no option "maxSession"/],
    ],
  },
  {
    call: 'QuicDialer.bind(…)',
    make: (wrong) => QuicDialer.bind(wrong),
    wrong: [...secretKeys, misspelt('idleTimeout', 'idleTimeoutMs')],
  },
  {
    call: 'connectRpc(…)',
    make: (wrong) => connectRpc(wrong),
    wrong: [
      [undefined, /server must be a ticket, an EndpointAddr or \{ address, certificate \}, got undefined/],
      [{ address: '127.0.0.1:1' }, /server must be a ticket/],
      [{ address: 1, certificate: new Uint8Array(1) }, /server.address must be HOST:PORT/],
      [{ address: '127.0.0.1:1', certificate: 'PEM' }, /certificate of a server must be a Uint8Array/],
      [{ id: half, addrs: [] }, /server.id must be an EndpointId/],
    ],
  },
  {
    call: 'connectRpc(server, …)',
    make: (wrong) => connectRpc({ id: peerId, addrs: [] }, wrong),
    wrong: [
      ...notOptions('connectRpc'),
      ...secretKeys,
      ...loggers,
      [{ maxContentLength: 0 }, /maxContentLength must be a whole number/],
      misspelt('idleTimeout', 'idleTimeoutMs'),
    ],
  },
  {
    call: 'remote.subscribe(…)',
    make: (wrong) => connectRpc({ id: peerId, addrs: [] }).subscribe(wrong),
    wrong: topicIds,
  },
  {
    call: 'control.enter(…)',
    make: (wrong) => connectRpc({ id: peerId, addrs: [] }).control.enter(id, wrong),
    wrong: peers('peers'),
  },
  {
    call: 'control.leave(…)',
    make: (wrong) => connectRpc({ id: peerId, addrs: [] }).control.leave(wrong),
    wrong: topicIds,
  },
  {
    call: 'serveRpc(…)',
    make: (wrong) => serveRpc(wrong),
    wrong: [
      [undefined, /gossip must be a Gossip, got undefined/],
      [{}, /gossip must be a Gossip/],
    ],
  },
  {
    call: 'serveRpc(gossip, …)',
    make: (wrong) => serveRpc(gossip, wrong),
    wrong: [
      ...notOptions('serveRpc'),
      ...secretKeys,
      [{ address: 1 }, /address must be a string/],
      [{ allowedClients: peerId }, /allowedClients must be an array of endpoint ids/],
      [{ allowedClients: ['bob'] }, /allowedClients\[0\] must be an EndpointId/],
      [{ maxConnections: 0 }, /maxConnections must be a whole number/],
      [{ topics: new Map() }, /topics must be OwnTopics/],
      [{ onShutdown: true }, /onShutdown must be a function/],
      misspelt('allowedClient', 'allowedClients'),
    ],
  },

  {
    call: 'IrohEndpoint.bind(…)',
    make: (wrong) => IrohEndpoint.bind(wrong),
    wrong: [
      ...notOptions('IrohEndpoint.bind'),
      ...secretKeys,
      ...loggers,
      [{ preset: 'n1' }, /preset must be "n0" or "minimal", got "n1"/],
      [{ relays: [] }, /relays must be/],
      [{ address: 1 }, /address must be a string/],
      misspelt('relay', 'relays'),
    ],
  },
  {
    call: 'IrohEndpoint.adopt(…)',
    make: (wrong) => IrohEndpoint.adopt(wrong),
    wrong: [
      [{}, /expected an Endpoint of @number0\/iroh/],
      [undefined, /expected an Endpoint/],
    ],
  },
  {
    call: 'MdnsPeerSource.start(…)',
    make: (wrong) => MdnsPeerSource.start(wrong),
    wrong: [
      ...notOptions('MdnsPeerSource.start'),
      [undefined, /endpoint must be an Endpoint, got undefined/],
      [{}, /endpoint must be an Endpoint, got undefined/],
      [{ endpoint: { addr() {} } }, /endpoint.id must be an EndpointId/],
      [{ endpoint, port: 70_000 }, /port must be a whole number from 1 to 65535, got 70000/],
      [{ endpoint, interface: 'eth0' }, /interface must be an IP address, got "eth0"/],
      misspelt('endpiont', 'endpoint'),
    ],
  },
  {
    call: 'gossipMetrics(…)',
    make: gossipMetrics,
    wrong: [
      [{}, /registry must be a Registry of prom-client/],
      ['x', /registry must be/],
    ],
  },
  { call: 'processMetrics(…)', make: processMetrics, wrong: [[{}, /registry must be a Registry of prom-client/]] },
  {
    call: 'serveMetrics(…)',
    make: (wrong) => serveMetrics(wrong),
    wrong: [
      ...notOptions('serveMetrics'),
      [undefined, /port must be a whole number from 0 to 65535, got undefined/],
      [{ port: '80' }, /port must be a whole number .* got "80"/],
      [{ port: 0, host: 1 }, /host must be a string/],
      [{ port: 0, pages: { health: () => 1 } }, /a path of pages must begin with "\/"/],
      [{ port: 0, pages: { '/health': 1 } }, /pages\["\/health"\] must be a function/],
      misspelt('prot', 'port'),
    ],
  },

  {
    call: 'resolveConfig(…)',
    make: resolveConfig,
    wrong: [
      ['fast', /config must be an object/],
      [{ membrship: {} }, /did you mean "membership"/],
      [{ maxMessageSize: '1' }, /maxMessageSize must be a whole number/],
      [{ maxMessageSize: 1 }, /maxMessageSize must be a whole number from 512/],
    ],
  },
  ...KERNELS.map(
    ([name, Kernel]): Mistake => ({
      call: `new ${name}(…)`,
      make: (wrong) => new Kernel(wrong),
      wrong: [
        [
          undefined,
          /the options of a kernel must be an object, got null|me must be a string or a number, got undefined/,
        ],
        [7, /the options of a kernel must be an object, got 7|me must be a string or a number, got undefined/],
        [{ me: undefined, rng }, /me must be a string or a number, got undefined/],
        [{ me: {}, rng }, /me must be a string or a number, got an object/],
        [{ me: 1 }, /rng must be an Rng, got undefined/],
        [{ me: 1, rng: Math.random }, /rng must be an Rng, got a function/],
        [{ me: 1, rng, peerData: 'x' }, /peerData must be a Uint8Array/],
        [{ me: 1, rng, hash: 'sha256' }, /hash must be a function/],
        [{ me: 1, rng, peerdata: new Uint8Array() }, /did you mean "peerData"/],
        [{ me: 1, rng, config: { membrship: {} } }, /did you mean "membership"/],
      ],
    }),
  ),
  {
    call: 'maxPayload(…)',
    make: ([config, scope]) => maxPayload(config, scope),
    wrong: [
      [[undefined, 'swarm'], /maxMessageSize must be a whole number from 512 .*, got undefined/],
      [[{}, 'swarm'], /maxMessageSize must be a whole number/],
      [[defaultConfig(), 'everybody'], /scope must be "swarm" or "neighbors", got "everybody"/],
      [[defaultConfig(), undefined], /scope must be "swarm" or "neighbors", got undefined/],
    ],
  },
  {
    call: 'topicId(…)',
    make: topicId,
    wrong: [
      [half, /a topic id is 64 hex digits/],
      [undefined, /a topic id is 64 hex digits/],
    ],
  },
  {
    call: 'topicIdFromBytes(…)',
    make: topicIdFromBytes,
    wrong: [
      [undefined, /a topic id has 32 bytes/],
      [new Uint8Array(31), /a topic id has 32 bytes, got 31/],
    ],
  },
  {
    call: 'encode(…)',
    make: (wrong) => encode(wrong, 'x'),
    wrong: [
      [undefined, /schema must be a Schema/],
      [{}, /schema must be a Schema/],
    ],
  },
  {
    call: 'encode(schema, …)',
    make: (wrong) => encode(string, wrong),
    wrong: [
      [7, /must be a string/],
      [undefined, /must be a string/],
    ],
  },
  {
    call: 'encodeInto(…)',
    make: ([target, offset]) => encodeInto(string, 'x', target, offset),
    wrong: [
      [['x', 0], /target must be a Uint8Array/],
      [[new Uint8Array(9), -1], /offset must be a whole number/],
    ],
  },
  {
    call: 'decode(schema, …)',
    make: (wrong) => decode(string, wrong),
    wrong: [
      [undefined, /input must be a Uint8Array/],
      ['hi', /input must be a Uint8Array/],
      [[1], /input must be a Uint8Array/],
    ],
  },
];
