import type { TomlReader } from '@grapevine/cli-kit';
import { type Config, defaultConfig, type PartialConfig, resolveConfig } from '@grapevine/proto';
import { readDuration } from './duration.js';

const DEFAULTS = defaultConfig('nanoseconds');
const SECTIONS = ['membership', 'broadcast', 'hardened'] as const;
type Section = (typeof SECTIONS)[number];

/** Settings that are durations; all others are plain numbers. */
const DURATIONS: ReadonlySet<string> = new Set([
  'shuffleInterval',
  'neighborRequestTimeout',
  'graftTimeout1',
  'graftTimeout2',
  'dispatchTimeout',
  'messageCacheRetention',
  'messageIdRetention',
  'cacheEvictInterval',
  'evictionWindow',
  'rateWindow',
  'graftInterval',
  'reconcileInterval',
  'treeRetention',
  'announceDelayMax',
]);

/** The keys of `config.proto`: those of the Rust tool, and our `mode` and `hardened`. */
export function readProto(reader: TomlReader): PartialConfig {
  const mode = reader.take('mode');
  const size = reader.take('max_message_size');
  const sections: Partial<Record<Section, Record<string, number>>> = {};
  for (const section of SECTIONS) {
    const table = reader.table(section);
    if (table !== undefined) sections[section] = readSection(table, section);
  }
  reader.end(`mode, max_message_size, ${SECTIONS.join(', ')}`);
  const proto: PartialConfig = {
    ...(mode && { mode: readMode(reader, reader.asText(mode, 'mode'), mode.line) }),
    ...(size && { maxMessageSize: reader.asInteger(size, 'max_message_size', 0, Number.MAX_SAFE_INTEGER) }),
    ...sections,
  };
  checkRanges(reader, proto);
  return proto;
}

function readMode(reader: TomlReader, mode: string, line: number): Config['mode'] {
  if (mode === 'reference' || mode === 'hardened') return mode;
  throw reader.error(line, `${reader.path}.mode must be "reference" or "hardened"`);
}

function readSection(table: TomlReader, section: Section): Record<string, number> {
  const settings: Record<string, number> = {};
  const keys = Object.keys(DEFAULTS[section]).map((name) => [name, snakeCase(name)] as const);
  for (const [name, key] of keys) {
    const value = table.take(key);
    if (value === undefined) continue;
    settings[name] = DURATIONS.has(name)
      ? readDuration(table, key, value)
      : table.asInteger(value, key, 0, Number.MAX_SAFE_INTEGER);
  }
  table.end(keys.map(([, key]) => key).join(', '));
  return settings;
}

/** The kernel knows the ranges; it says which setting is wrong, and the file says where the settings are. */
function checkRanges(reader: TomlReader, proto: PartialConfig): void {
  try {
    resolveConfig(proto, DEFAULTS);
  } catch (error) {
    throw reader.error(reader.line, `${reader.path}: ${(error as Error).message}`);
  }
}

/** `graftTimeout1` → `graft_timeout_1`, as the Rust crate spells it. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);
}
