import { describe, unknownName } from './check/index.js';
import {
  type BroadcastConfig,
  type Config,
  defaultConfig,
  type Given,
  type HardenedConfig,
  type MembershipConfig,
  MIN_MAX_MESSAGE_SIZE,
  type PartialConfig,
} from './config.js';

const UINT16_MAX = 65_535;

/** Configs that are complete and checked already: all nodes of a simulation share one. */
const resolvedConfigs = new WeakSet<PartialConfig>();

/** Throws unless a setting is right. */
type Check = (field: string, value: unknown) => void;
/** A check for each setting of a section. */
type Checks<T> = { readonly [K in keyof T]: Check };

function range(min: number, max: number): Check {
  return (field, value) => {
    if (typeof value !== 'number') throw new TypeError(`${field} must be a number, got ${typeof value}`);
    if (!(value >= min && value <= max)) {
      throw new RangeError(
        `${field} must be ${max === Infinity ? `at least ${min}` : `from ${min} to ${max}`}, got ${value}`,
      );
    }
  };
}

function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Check {
  const isInRange = range(min, max);
  return (field, value) => {
    isInRange(field, value);
    if (!Number.isInteger(value)) throw new RangeError(`${field} must be an integer, got ${value}`);
  };
}

const isNotNegative = range(0, Number.MAX_SAFE_INTEGER);

/** A duration is finite and above zero: a timer without delay would be due again for ever. */
const duration: Check = (field, value) => {
  isNotNegative(field, value);
  if (value === 0) throw new RangeError(`${field} must be above 0, got 0`);
};

const some = integer(1);
const any = integer(0);
const hops = integer(0, UINT16_MAX);

function checkKnown(section: string, given: object | undefined, known: object): void {
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`${section} must be an object, got ${describe(given)}`);
  }
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(known, key));
  if (unknown !== undefined) throw unknownName(`${section} has no field`, unknown, Object.keys(known));
}

function merge<T extends object>(section: string, given: Given<T> | undefined, defaults: T): T {
  checkKnown(section, given, defaults);
  const merged = { ...defaults };
  for (const [key, value] of Object.entries(given ?? {})) {
    // An explicit undefined means "the default", as it does for a missing field.
    if (value !== undefined) merged[key as keyof T] = value as T[keyof T];
  }
  return Object.freeze(merged);
}

const MEMBERSHIP: Checks<MembershipConfig> = {
  activeViewCapacity: some,
  passiveViewCapacity: some,
  activeRandomWalkLength: hops,
  passiveRandomWalkLength: hops,
  shuffleRandomWalkLength: hops,
  shuffleActiveViewCount: any,
  shufflePassiveViewCount: any,
  shuffleInterval: duration,
  neighborRequestTimeout: duration,
  maxListedNodes: integer(1, 1_024),
};

const BROADCAST: Checks<BroadcastConfig> = {
  graftTimeout1: duration,
  graftTimeout2: duration,
  dispatchTimeout: duration,
  optimizationThreshold: hops,
  messageCacheRetention: duration,
  messageIdRetention: duration,
  cacheEvictInterval: duration,
  messageCacheMaxBytes: any,
  messageCacheMaxCount: any,
  messageIdMaxCount: some,
};

const HARDENED: Checks<HardenedConfig> = {
  nodeCacheMaxBytes: any,
  nodeCacheMaxCount: any,
  nodeIdMaxCount: some,
  nodeMissing: some,
  missingPerPeer: some,
  missingTotal: some,
  graftAttempts: integer(1, 32),
  replacedPerList: any,
  evictionsPerPeer: some,
  evictionsPerSource: some,
  evictionsTotal: some,
  evictionWindow: duration,
  joinsPerPeer: some,
  introducedRequests: some,
  introductionsPerPeer: some,
  shufflesPerPeer: some,
  rateWindow: duration,
  graftAnswers: some,
  graftInterval: duration,
  announcedPerPage: some,
  reconcileInterval: duration,
  maxTrees: some,
  treeRetention: duration,
  announceDelayMax: duration,
  leafCapacity: any,
};

function checkAll<T>(section: string, settings: T, checks: Checks<T>): void {
  for (const name in checks) checks[name](`${section}.${name}`, settings[name]);
}

function check({ mode, maxMessageSize, membership, broadcast, hardened }: Config): void {
  if (mode !== 'hardened' && mode !== 'reference') {
    throw new RangeError(`mode must be 'hardened' or 'reference', got ${JSON.stringify(mode)}`);
  }
  integer(MIN_MAX_MESSAGE_SIZE, 0xffff_ffff)('maxMessageSize', maxMessageSize);
  checkAll('membership', membership, MEMBERSHIP);
  checkAll('broadcast', broadcast, BROADCAST);
  const leastRetention = range(broadcast.messageCacheRetention, Number.MAX_SAFE_INTEGER);
  leastRetention('broadcast.messageIdRetention', broadcast.messageIdRetention);
  checkAll('hardened', hardened, HARDENED);
}

/**
 * Fills what is left out and checks everything. A config that came from here already is given back as it is.
 *
 * @param config - What differs from the defaults.
 * @param defaults - What to fill in; `defaultConfig()` unless given, so durations are in milliseconds.
 * @throws RangeError naming the field, its value and the limit. TypeError when a field has the wrong type.
 *
 * @example
 * ```ts
 * const config = resolveConfig({ membership: { activeViewCapacity: 8 } }, defaultConfig('nanoseconds'));
 * ```
 */
export function resolveConfig(config: PartialConfig = {}, defaults: Config = defaultConfig()): Config {
  if (resolvedConfigs.has(config)) return config as Config;
  checkKnown('config', config, defaults);
  const resolved: Config = Object.freeze({
    mode: config.mode ?? defaults.mode,
    maxMessageSize: config.maxMessageSize ?? defaults.maxMessageSize,
    membership: merge('membership', config.membership, defaults.membership),
    broadcast: merge('broadcast', config.broadcast, defaults.broadcast),
    hardened: merge('hardened', config.hardened, defaults.hardened),
  });
  check(resolved);
  resolvedConfigs.add(resolved);
  return resolved;
}
