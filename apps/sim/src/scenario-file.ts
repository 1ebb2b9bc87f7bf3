import { readFileSync } from 'node:fs';
import { fileProblem, parseToml, TomlReader, type TomlValue, UsageError } from '@grapevine/cli-kit';
import type { LatencyConfig, NetworkConfig, Scenario, ScenarioKind } from '@grapevine/sim';
import { readDuration } from './duration.js';
import { readFault } from './fault-keys.js';
import { readProto } from './proto-keys.js';

/** A scenario and the name its results have on disk. */
export interface NamedScenario {
  readonly label: string;
  readonly scenario: Scenario;
}

export interface ScenarioFile {
  readonly seeds: readonly bigint[];
  readonly scenarios: readonly NamedScenario[];
}

/** A scenario that may have a name of its own. */
interface Unlabeled {
  readonly name: string | undefined;
  readonly scenario: Scenario;
}

const MAX_NODES = 1_000_000;
const MAX_ROUNDS = 1_000_000;
const KINDS: readonly ScenarioKind[] = ['GossipSingle', 'GossipMulti', 'GossipAll'];

/** @throws UsageError with the file, the line, and what is wrong there */
export function readScenarioFile(file: string): ScenarioFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(fileProblem('read', file, error));
  }
  return parseScenarios(text, file);
}

export function parseScenarios(text: string, file: string): ScenarioFile {
  const reader = new TomlReader(file, '', parseToml(text, file));
  const seedList = reader.need('seeds');
  const seeds = reader.asItems(seedList, 'seeds').map((seed) => readSeed(reader, seed));
  if (seeds.length === 0) throw reader.error(seedList.line, 'seeds must not be empty');
  const config = reader.table('config');
  const network = config && readNetwork(config);
  const list = reader.need('scenario');
  const scenarios = reader
    .asItems(list, 'scenario')
    .map((item) => readScenario(reader.asTable(item, 'scenario'), network));
  if (scenarios.length === 0) throw reader.error(list.line, 'there is no scenario');
  reader.end('seeds, config, scenario');
  return { seeds, scenarios: label(scenarios) };
}

function readSeed(reader: TomlReader, seed: TomlValue): bigint {
  if (seed.type !== 'integer' || seed.value < 0n)
    throw reader.error(seed.line, 'seeds must be whole numbers from 0 up');
  return seed.value;
}

function readScenario(reader: TomlReader, base: NetworkConfig | undefined): Unlabeled {
  const name = reader.take('name');
  const sim = readKind(reader, reader.need('sim'));
  const nodes = reader.asInteger(reader.need('nodes'), 'nodes', 1, MAX_NODES);
  const rounds = reader.take('rounds');
  const pause = reader.take('pause');
  const drain = reader.take('drain');
  const bootstrap = reader.take('bootstrap');
  const config = reader.table('config');
  const network = config === undefined ? base : readNetwork(config);
  const faults = reader.take('fault');
  reader.end('sim, nodes, rounds, bootstrap, config, name, pause, drain, fault');
  const scenario: Scenario = {
    sim,
    nodes,
    rounds: rounds === undefined ? 30 : reader.asInteger(rounds, 'rounds', 1, MAX_ROUNDS),
    bootstrap: bootstrap === undefined ? { type: 'single' } : readBootstrap(reader, bootstrap),
    ...(network && { network }),
    ...(pause && { pause: readDuration(reader, 'pause', pause) }),
    ...(drain && { drain: readDuration(reader, 'drain', drain) }),
    ...(faults && {
      faults: reader.asItems(faults, 'fault').map((fault) => readFault(reader.asTable(fault, 'fault'))),
    }),
  };
  return { name: name && readName(reader, name), scenario };
}

/** A name is a file's name, too. */
function readName(reader: TomlReader, value: TomlValue): string {
  const name = reader.asText(value, 'name');
  if (!/^[\w-]+$/.test(name)) throw reader.mustBe(value, 'name', 'of letters, digits, - and _');
  return name;
}

function readKind(reader: TomlReader, value: TomlValue): ScenarioKind {
  const name = reader.asText(value, 'sim');
  const kind = KINDS.find((each) => each === name);
  if (kind === undefined) throw reader.mustBe(value, 'sim', `one of ${KINDS.join(', ')}`);
  return kind;
}

function readBootstrap(reader: TomlReader, value: TomlValue): NonNullable<Scenario['bootstrap']> {
  if (value.type === 'string' && value.value === 'single') return { type: 'single' };
  if (value.type !== 'table') throw reader.mustBe(value, 'bootstrap', '"single" or { set = { count = N } }');
  const bootstrap = reader.asTable(value, 'bootstrap');
  const set = bootstrap.asTable(bootstrap.need('set'), 'set');
  const count = set.asInteger(set.need('count'), 'count', 1, MAX_NODES);
  set.end('count');
  bootstrap.end('set');
  return { type: 'set', count };
}

function readNetwork(reader: TomlReader): NetworkConfig {
  const latency = reader.table('latency');
  const proto = reader.table('proto');
  const unreachable = reader.take('unreachable_after');
  const reconciles = reader.take('reconciles');
  reader.end('latency, proto, unreachable_after, reconciles');
  return {
    ...(latency && { latency: readLatency(latency) }),
    ...(proto && { proto: readProto(proto) }),
    ...(reconciles && { reconciles: readSwitch(reader, 'reconciles', reconciles) }),
    ...(unreachable && { unreachableAfter: readDuration(reader, 'unreachable_after', unreachable) }),
  };
}

function readSwitch(reader: TomlReader, key: string, value: TomlValue): boolean {
  if (value.type !== 'boolean') throw reader.mustBe(value, key, 'true or false');
  return value.value;
}

function readLatency(reader: TomlReader): LatencyConfig {
  const fixed = reader.take('static');
  const dynamic = reader.table('dynamic');
  reader.end('static, dynamic');
  if ((fixed === undefined) === (dynamic === undefined)) {
    throw reader.error(reader.line, `${reader.path} must have either static or dynamic`);
  }
  if (fixed !== undefined) return { type: 'static', latency: readDuration(reader, 'static', fixed) };
  const range = dynamic as TomlReader;
  const min = readDuration(range, 'min', range.need('min'));
  const max = readDuration(range, 'max', range.need('max'));
  range.end('min, max');
  if (min >= max) throw range.error(range.line, `${range.path}.min must be below max`);
  return { type: 'dynamic', min, max };
}

/** The Rust tool's names unless a scenario has one of its own. Where two scenarios would share one, the later gets a number. */
function label(scenarios: readonly Unlabeled[]): NamedScenario[] {
  const uses = new Map<string, number>();
  return scenarios.map(({ name: given, scenario }) => {
    const name = given ?? `${scenario.sim}-n${scenario.nodes}-r${scenario.rounds}`;
    const use = (uses.get(name) ?? 0) + 1;
    uses.set(name, use);
    return { label: use === 1 ? name : `${name}-${use}`, scenario };
  });
}
