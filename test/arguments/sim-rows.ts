import * as proto from '@grapevine/proto';
import * as sim from '@grapevine/sim';
import type { Anything } from './mistakes.js';
import type { Row } from './row.js';

const bytes = new Uint8Array(32);
const messageId = proto.messageIdFromBytes(bytes);
const rng = sim.ChaCha12Rng.seedFromU64(1);
const swarm = () => {
  const made = new sim.Network({ rng: sim.ChaCha12Rng.seedFromU64(1) });
  made.insertAndJoin(0, []);
  return made;
};
const overlay = { links: [[1], [0]] } as Anything;
const scenario = { sim: 'GossipMulti', nodes: 2, rounds: 1 } as const;
const result = sim.runScenario(scenario, 1);
const stats = result.summary.mean;
const load = { nodes: 2, pattern: { type: 'random', perSecond: 5 }, duration: sim.SECOND } as const;
const loaded = sim.runLoad(load, 'hardened', 1);

export const SIM: readonly Row[] = [
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
