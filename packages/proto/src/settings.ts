import { aDuration, anInteger, type Check } from './check/index.js';
import type { BroadcastConfig, HardenedConfig, MembershipConfig } from './config.js';

/** For each setting of a section its default, where it is a duration in milliseconds, and what it may be. */
export type Settings<T> = { readonly [K in keyof T]: readonly [preset: number, check: Check] };

// Plain numbers: esbuild keeps a table with a product in it even where nobody uses it.

const UINT16_MAX = 65_535;

const some = anInteger(1);
const any = anInteger(0);
const hops = anInteger(0, UINT16_MAX);

export const MEMBERSHIP: Settings<MembershipConfig> = {
  activeViewCapacity: [5, some],
  passiveViewCapacity: [30, some],
  activeRandomWalkLength: [6, hops],
  passiveRandomWalkLength: [3, hops],
  shuffleRandomWalkLength: [6, hops],
  shuffleActiveViewCount: [3, any],
  shufflePassiveViewCount: [4, any],
  shuffleInterval: [60_000, aDuration],
  neighborRequestTimeout: [500, aDuration],
  maxListedNodes: [64, anInteger(1, 1_024)],
};

export const BROADCAST: Settings<BroadcastConfig> = {
  graftTimeout1: [80, aDuration],
  graftTimeout2: [40, aDuration],
  dispatchTimeout: [5, aDuration],
  optimizationThreshold: [7, hops],
  messageCacheRetention: [30_000, aDuration],
  messageIdRetention: [90_000, aDuration],
  cacheEvictInterval: [1_000, aDuration],
  messageCacheMaxBytes: [67_108_864, any],
  messageCacheMaxCount: [1_000_000, any],
  messageIdMaxCount: [1_000_000, some],
};

export const HARDENED: Settings<HardenedConfig> = {
  nodeCacheMaxBytes: [67_108_864, any],
  nodeCacheMaxCount: [1_000_000, any],
  nodeIdMaxCount: [1_000_000, some],
  nodeMissing: [65_536, some],
  missingPerPeer: [640, some],
  missingTotal: [65_536, some],
  graftAttempts: [8, anInteger(1, 32)],
  replacedPerList: [10, any],
  evictionsPerPeer: [3, some],
  evictionsPerSource: [128, some],
  evictionsTotal: [1_024, some],
  evictionWindow: [60_000, aDuration],
  joinsPerPeer: [3, some],
  introducedRequests: [16, some],
  introductionsPerPeer: [2_048, some],
  shufflesPerPeer: [64, some],
  rateWindow: [60_000, aDuration],
  graftAnswers: [3, some],
  graftInterval: [1_000, aDuration],
  announcedPerPage: [512, some],
  reconcileInterval: [10_000, aDuration],
  maxTrees: [1_024, some],
  treeRetention: [600_000, aDuration],
  announceDelayMax: [250, aDuration],
  leafCapacity: [64, any],
};

/** The defaults of a section. @param perMillisecond - how many of the host's units of time are in a millisecond */
export function presets<T>(section: Settings<T>, perMillisecond: number): T {
  const named = Object.entries<readonly [number, Check]>(section);
  return Object.fromEntries(
    named.map(([name, [preset, check]]) => [name, check === aDuration ? preset * perMillisecond : preset]),
  ) as T;
}

/** Refuses a section with a setting that is not what it may be. @throws TypeError or RangeError that names it */
export function checkSettings<T>(name: string, section: T, settings: Settings<T>): void {
  for (const setting in settings) settings[setting][1](`${name}.${setting}`, section[setting]);
}
