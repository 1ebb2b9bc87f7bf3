import type { Config } from '@grapevine/proto';
import { anArrayOf, aString } from '@grapevine/proto/check';
import { aMode, aModeComparison, aScenario, aScenarioResult, namedScenarios, someSeeds } from './checks.js';
import { runScenario, type Scenario, type ScenarioResult } from './scenario.js';

/** What one mode of the kernel made of a scenario, on average over broadcasts and seeds. */
export interface ModeComparison {
  readonly scenario: string;
  readonly mode: Config['mode'];
  /** Share of the live nodes that a broadcast reached. */
  readonly reliability: number;
  readonly rmr: number;
  /** Last delivery hop. */
  readonly ldh: number;
  /**
   * The time within which half (`p50`) and 99 % (`p99`) of the expected deliveries came, in nanoseconds. Means of the seeds; infinite if fewer came
   * with one of them.
   */
  readonly p50: number;
  readonly p99: number;
  /** Control messages, of broadcast and membership, for each delivery. */
  readonly control: number;
  /** The largest component of the overlay in the end, as a share of the live nodes. */
  readonly connected: number;
}

/** In the order of the rows. */
export const MODES: readonly Config['mode'][] = ['reference', 'hardened'];

/**
 * Runs scenarios in both modes of the kernel with the same seeds and faults.
 *
 * @param scenarios - By the names that they have in the result. Their own `mode` does not matter.
 * @returns Two rows for each scenario, `reference` first.
 */
export function compareModes(
  scenarios: Readonly<Record<string, Scenario>>,
  seeds: readonly (number | bigint)[],
): ModeComparison[] {
  namedScenarios('scenarios', scenarios);
  someSeeds('seeds', seeds);
  return Object.entries(scenarios).flatMap(([name, scenario]) =>
    MODES.map((mode) => {
      const results = seeds.map((seed) => runScenario(inMode(scenario, mode), seed));
      return modeComparison(name, mode, results);
    }),
  );
}

/** One row of {@link compareModes}, from results that are there already: one for each seed. */
export function modeComparison(
  scenario: string,
  mode: Config['mode'],
  results: readonly ScenarioResult[],
): ModeComparison {
  aString('scenario', scenario);
  aMode('mode', mode);
  anArrayOf('ScenarioResult', aScenarioResult)('results', results);
  return { scenario, mode, ...averages(results) };
}

/** The rows of {@link compareModes} as a Markdown table. */
export function modeTable(rows: readonly ModeComparison[]): string {
  anArrayOf('ModeComparison', aModeComparison)('rows', rows);
  const lines = [
    '| scenario | mode | reliability | p50 ms | p99 ms | RMR | LDH | control per delivery | connected |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const { scenario, mode, reliability, p50, p99, rmr, ldh, control, connected } of rows) {
    const cells = [
      percent(reliability),
      milliseconds(p50),
      milliseconds(p99),
      rmr.toFixed(3),
      ldh.toFixed(1),
      control.toFixed(1),
      percent(connected),
    ];
    lines.push(`| ${scenario} | ${mode} | ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

/** The same scenario with all nodes in one mode. */
export function inMode(scenario: Scenario, mode: Config['mode']): Scenario {
  aScenario('scenario', scenario);
  aMode('mode', mode);
  const { network = {} } = scenario;
  return { ...scenario, network: { ...network, proto: { ...network.proto, mode } } };
}

function averages(results: readonly ScenarioResult[]): Omit<ModeComparison, 'scenario' | 'mode'> {
  const broadcasts = results.flatMap((result) => result.broadcasts);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const mean = (values: readonly number[]): number => sum(values) / values.length;
  const deliveries = sum(broadcasts.map(({ delivered }) => delivered - 1));
  return {
    reliability: mean(broadcasts.map(({ reliability }) => reliability)),
    rmr: mean(broadcasts.map(({ rmr }) => rmr)),
    ldh: mean(broadcasts.map(({ ldh }) => ldh)),
    p50: mean(results.map(({ expectedTimes }) => expectedTimes.p50)),
    p99: mean(results.map(({ expectedTimes }) => expectedTimes.p99)),
    control: sum(results.map(({ traffic }) => traffic.control + traffic.membership)) / deliveries,
    connected: mean(results.map(({ overlay }) => (overlay.components[0] ?? 0) / sum(overlay.components))),
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function milliseconds(nanoseconds: number): string {
  return Number.isFinite(nanoseconds) ? Math.round(nanoseconds / 1e6).toLocaleString('en-US') : 'never';
}
