import { Gossip, parseBootstrap, topicIdFrom } from '@grapevine/api';
import {
  broadcastOptions,
  contents,
  endpoint,
  gossip,
  id,
  loggers,
  type Mistake,
  misspelt,
  notOptions,
  peers,
  signals,
  topic,
  topicIds,
} from './mistakes.js';

/** What applications call. */
export const API_MISTAKES: readonly Mistake[] = [
  {
    call: 'Gossip.spawn(…)',
    make: (wrong) => Gossip.spawn(wrong),
    wrong: [
      [undefined, /endpoint must be an Endpoint, got undefined/],
      [{}, /endpoint must be an Endpoint, got an object without connect\(\)/],
    ],
  },
  {
    call: 'Gossip.spawn(endpoint, …)',
    make: (wrong) => Gossip.spawn(endpoint, wrong),
    wrong: [
      ...notOptions('Gossip'),
      ...loggers,
      misspelt('maxPeer', 'maxPeers'),
      misspelt('max_peers', 'maxPeers'),
      misspelt('shareAddress', 'shareAddresses'),
      [{ maxPeers: '5' }, /maxPeers must be a whole number of at least 1, got "5"/],
      [{ maxPeers: 0 }, /maxPeers must be a whole number of at least 1, got 0/],
      [{ idleLinkMs: Number.NaN }, /idleLinkMs must be a whole number/],
      [{ dialTimeoutMs: Infinity }, /dialTimeoutMs must be a whole number/],
      [{ alpn: 7 }, /alpn must be a string/],
      [{ alpn: '' }, /alpn must have 1 to 255 bytes/],
      [{ shareAddresses: 'no' }, /shareAddresses must be true or false, got "no"/],
      [{ peerSources: {} }, /peerSources must be an array of peer sources, got an object/],
      [{ peerSources: [() => []] }, /peerSources\[0\] must be a PeerSource/],
      [{ metrics: {} }, /metrics must be a GossipMetrics/],
      [{ clock: Date }, /clock must be a Clock/],
      [{ random: 0.5 }, /random must be a function, got 0.5/],
      [
        { config: { membership: { activeViewCapacty: 3 } } },
        /membership has no field "activeViewCapacty"; did you mean/,
      ],
      [{ config: 'fast' }, /config must be an object/],
      [{ dialBackoffMinMs: 500, dialBackoffMaxMs: 100 }, /dialBackoffMaxMs \(100\) is below dialBackoffMinMs \(500\)/],
    ],
  },
  { call: 'gossip.subscribe(…)', make: (wrong) => gossip.subscribe(wrong), wrong: topicIds },
  {
    call: 'gossip.subscribe(topic, …)',
    make: (wrong) => gossip.subscribe(id, wrong),
    wrong: [
      ...notOptions('subscribe'),
      ...peers('bootstrap').map(([value, says]): readonly [unknown, RegExp] => [{ bootstrap: value }, says]),
      [{ bootstrap: 7 }, /bootstrap must be a ticket, an EndpointId or an EndpointAddr, got 7/],
      [{ bootstrap: 'my friend' }, /bootstrap peer: expected an endpoint ticket/],
      [{ queueCapacity: 0 }, /queueCapacity must be a whole number of at least 1, got 0/],
      [{ queueCapacity: '10' }, /queueCapacity must be a whole number of at least 1, got "10"/],
      [{ echo: 1 }, /echo must be true or false, got 1/],
      misspelt('bootstraps', 'bootstrap'),
      misspelt('ehco', 'echo'),
    ],
  },
  { call: 'topic.broadcast(…)', make: (wrong) => topic.broadcast(wrong), wrong: contents },
  {
    call: 'topic.broadcast(content, …)',
    make: (wrong) => topic.broadcast('x', wrong),
    wrong: broadcastOptions('broadcast'),
  },
  { call: 'topic.broadcastNeighbors(…)', make: (wrong) => topic.broadcastNeighbors(wrong), wrong: contents },
  {
    call: 'topic.broadcastNeighbors(content, …)',
    make: (wrong) => topic.broadcastNeighbors('x', wrong),
    wrong: broadcastOptions('broadcastNeighbors'),
  },
  {
    call: 'topic.joinPeers(…)',
    make: (wrong) => topic.joinPeers(wrong),
    wrong: [...peers('peers'), [undefined, /peers must be .* got undefined/]],
  },
  { call: 'topic.next(…)', make: (wrong) => topic.next(wrong), wrong: [...notOptions('next'), ...signals] },
  { call: 'topic.joined(…)', make: (wrong) => topic.joined(wrong), wrong: [...notOptions('joined'), ...signals] },
  {
    call: 'topicIdFrom(…)',
    make: topicIdFrom,
    wrong: [
      [undefined, /text must be a string, got undefined/],
      [7, /text must be a string, got 7/],
    ],
  },
  {
    call: 'parseBootstrap(…)',
    make: parseBootstrap,
    wrong: [
      [undefined, /peer must be a ticket, .* got undefined/],
      [{}, /peer must be an EndpointAddr/],
    ],
  },
];
