import { describe, unknownName } from './check/index.js';
import { type Config, defaultConfig, type Given, MIN_MAX_MESSAGE_SIZE, type PartialConfig } from './config.js';

const UINT16_MAX = 65_535;

/** Configs that are complete and checked already: all nodes of a simulation share one. */
const resolvedConfigs = new WeakSet<PartialConfig>();

function checkRange(field: string, value: unknown, min: number, max: number): void {
  if (typeof value !== 'number') throw new TypeError(`${field} must be a number, got ${typeof value}`);
  if (!(value >= min && value <= max)) {
    throw new RangeError(
      `${field} must be ${max === Infinity ? `at least ${min}` : `from ${min} to ${max}`}, got ${value}`,
    );
  }
}

function checkInteger(field: string, value: unknown, min: number, max: number = Number.MAX_SAFE_INTEGER): void {
  checkRange(field, value, min, max);
  if (!Number.isInteger(value)) throw new RangeError(`${field} must be an integer, got ${value}`);
}

/** A duration is finite and above zero: a timer without delay would be due again for ever. */
function checkDuration(field: string, value: unknown): void {
  checkRange(field, value, 0, Number.MAX_SAFE_INTEGER);
  if (value === 0) throw new RangeError(`${field} must be above 0, got 0`);
}

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

function check({ mode, maxMessageSize, membership, broadcast, hardened }: Config): void {
  if (mode !== 'hardened' && mode !== 'reference') {
    throw new RangeError(`mode must be 'hardened' or 'reference', got ${JSON.stringify(mode)}`);
  }
  checkInteger('maxMessageSize', maxMessageSize, MIN_MAX_MESSAGE_SIZE, 0xffff_ffff);

  checkInteger('membership.activeViewCapacity', membership.activeViewCapacity, 1);
  checkInteger('membership.passiveViewCapacity', membership.passiveViewCapacity, 1);
  checkInteger('membership.activeRandomWalkLength', membership.activeRandomWalkLength, 0, UINT16_MAX);
  checkInteger('membership.passiveRandomWalkLength', membership.passiveRandomWalkLength, 0, UINT16_MAX);
  checkInteger('membership.shuffleRandomWalkLength', membership.shuffleRandomWalkLength, 0, UINT16_MAX);
  checkInteger('membership.shuffleActiveViewCount', membership.shuffleActiveViewCount, 0);
  checkInteger('membership.shufflePassiveViewCount', membership.shufflePassiveViewCount, 0);
  checkDuration('membership.shuffleInterval', membership.shuffleInterval);
  checkDuration('membership.neighborRequestTimeout', membership.neighborRequestTimeout);
  checkInteger('membership.maxListedNodes', membership.maxListedNodes, 1, 1_024);

  checkDuration('broadcast.graftTimeout1', broadcast.graftTimeout1);
  checkDuration('broadcast.graftTimeout2', broadcast.graftTimeout2);
  checkDuration('broadcast.dispatchTimeout', broadcast.dispatchTimeout);
  checkInteger('broadcast.optimizationThreshold', broadcast.optimizationThreshold, 0, UINT16_MAX);
  checkDuration('broadcast.messageCacheRetention', broadcast.messageCacheRetention);
  checkRange(
    'broadcast.messageIdRetention',
    broadcast.messageIdRetention,
    broadcast.messageCacheRetention,
    Number.MAX_SAFE_INTEGER,
  );
  checkDuration('broadcast.cacheEvictInterval', broadcast.cacheEvictInterval);
  checkInteger('broadcast.messageCacheMaxBytes', broadcast.messageCacheMaxBytes, 0);
  checkInteger('broadcast.messageCacheMaxCount', broadcast.messageCacheMaxCount, 0);
  checkInteger('broadcast.messageIdMaxCount', broadcast.messageIdMaxCount, 1);

  checkInteger('hardened.nodeCacheMaxBytes', hardened.nodeCacheMaxBytes, 0);
  checkInteger('hardened.nodeCacheMaxCount', hardened.nodeCacheMaxCount, 0);
  checkInteger('hardened.nodeIdMaxCount', hardened.nodeIdMaxCount, 1);
  checkInteger('hardened.nodeMissing', hardened.nodeMissing, 1);
  checkInteger('hardened.missingPerPeer', hardened.missingPerPeer, 1);
  checkInteger('hardened.missingTotal', hardened.missingTotal, 1);
  checkInteger('hardened.graftAttempts', hardened.graftAttempts, 1, 32);
  checkInteger('hardened.replacedPerList', hardened.replacedPerList, 0);
  checkInteger('hardened.evictionsPerPeer', hardened.evictionsPerPeer, 1);
  checkInteger('hardened.evictionsPerSource', hardened.evictionsPerSource, 1);
  checkInteger('hardened.evictionsTotal', hardened.evictionsTotal, 1);
  checkDuration('hardened.evictionWindow', hardened.evictionWindow);
  checkInteger('hardened.joinsPerPeer', hardened.joinsPerPeer, 1);
  checkInteger('hardened.introducedRequests', hardened.introducedRequests, 1);
  checkInteger('hardened.introductionsPerPeer', hardened.introductionsPerPeer, 1);
  checkInteger('hardened.shufflesPerPeer', hardened.shufflesPerPeer, 1);
  checkDuration('hardened.rateWindow', hardened.rateWindow);
  checkInteger('hardened.graftAnswers', hardened.graftAnswers, 1);
  checkDuration('hardened.graftInterval', hardened.graftInterval);
  checkInteger('hardened.announcedPerPage', hardened.announcedPerPage, 1);
  checkDuration('hardened.reconcileInterval', hardened.reconcileInterval);
  checkInteger('hardened.maxTrees', hardened.maxTrees, 1);
  checkDuration('hardened.treeRetention', hardened.treeRetention);
  checkDuration('hardened.announceDelayMax', hardened.announceDelayMax);
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
