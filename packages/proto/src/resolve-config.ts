import { anInteger, atLeast, oneOf } from './check/index.js';
import { checkKnown } from './check-known.js';
import { type Config, defaultConfig, type Given, MIN_MAX_MESSAGE_SIZE, type PartialConfig } from './config.js';
import { BROADCAST, checkSettings, HARDENED, MEMBERSHIP } from './settings.js';

/** Configs that are complete and checked already: all nodes of a simulation share one. */
const resolvedConfigs = new WeakSet<PartialConfig>();

function merge<T extends object>(section: string, given: Given<T> | undefined, defaults: T): T {
  checkKnown(section, given, defaults);
  const merged = { ...defaults };
  for (const [key, value] of Object.entries(given ?? {})) {
    // An explicit undefined means "the default", as it does for a missing field.
    if (value !== undefined) merged[key as keyof T] = value as T[keyof T];
  }
  return Object.freeze(merged);
}

/** What `maxMessageSize` may be. */
export const aMessageSize = anInteger(MIN_MAX_MESSAGE_SIZE, 0xffff_ffff);

function check({ mode, maxMessageSize, membership, broadcast, hardened }: Config): void {
  oneOf('hardened', 'reference')('mode', mode);
  aMessageSize('maxMessageSize', maxMessageSize);
  checkSettings('membership', membership, MEMBERSHIP);
  checkSettings('broadcast', broadcast, BROADCAST);
  atLeast(broadcast.messageCacheRetention)('broadcast.messageIdRetention', broadcast.messageIdRetention);
  checkSettings('hardened', hardened, HARDENED);
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
