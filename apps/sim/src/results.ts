import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileProblem, UsageError } from '@grapevine/cli-kit';
import { averageSummaries, type RoundStatsSummary, type Scenario, type ScenarioResult } from '@grapevine/sim';

const SUFFIX = '.results.json';

/** What `run` writes for a scenario. */
export interface ScenarioResults {
  /** So that a later version can tell. */
  readonly format: 'grapevine-sim 1';
  readonly label: string;
  readonly scenario: Scenario;
  /** By seed, in decimal. */
  readonly results: Readonly<Record<string, ScenarioResult>>;
  /** The mean of the seeds' summaries. */
  readonly average: RoundStatsSummary;
}

export function makeResults(
  label: string,
  scenario: Scenario,
  bySeed: ReadonlyMap<bigint, ScenarioResult>,
): ScenarioResults {
  const results: Record<string, ScenarioResult> = {};
  for (const [seed, result] of bySeed) results[String(seed)] = result;
  const average = averageSummaries([...bySeed.values()].map(({ summary }) => summary));
  return { format: 'grapevine-sim 1', label, scenario, results, average };
}

export function resultsPath(folder: string, label: string): string {
  return join(folder, `${label}${SUFFIX}`);
}

/** All results of a folder by label. @throws UsageError when there are none, or a file is something else */
export function readResults(folder: string): Map<string, ScenarioResults> {
  const results = new Map<string, ScenarioResults>();
  for (const name of list(folder)) results.set(basename(name, SUFFIX), readOne(join(folder, name)));
  if (results.size === 0) throw new UsageError(`there are no results (*${SUFFIX}) in ${folder}`);
  return results;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .sort();
  } catch (error) {
    throw new UsageError(fileProblem('read', folder, error));
  }
}

function readOne(path: string): ScenarioResults {
  try {
    const results = JSON.parse(readFileSync(path, 'utf8')) as ScenarioResults;
    if (results.format === 'grapevine-sim 1') return results;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UsageError(`${path} is not a result of grapevine-sim run`);
}
