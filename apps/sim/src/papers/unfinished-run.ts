import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, writeAtomically } from '@grapevine/cli-kit';
import type { FailureResult } from './failure.js';
import type { TreeResult } from './tree.js';

/** What comes of one experiment. */
export type PaperResult = TreeResult | FailureResult;

/** Which numbers a run has: the same ones give the same results. */
export interface PaperRun {
  readonly nodes: number;
  readonly seed: number;
}

interface Saved extends PaperRun {
  /** By the name of the experiment. */
  readonly results: Readonly<Record<string, PaperResult>>;
}

const FILE = 'unfinished.json';

/** The experiments of a run that are finished, on disk: all together take long, and an interruption must not lose them. */
export class UnfinishedRun {
  readonly #run: PaperRun;
  readonly #path: string;
  readonly #results: Map<string, PaperResult>;

  private constructor(folder: string, run: PaperRun, results: Readonly<Record<string, PaperResult>>) {
    this.#run = run;
    this.#path = join(folder, FILE);
    this.#results = new Map(Object.entries(results));
  }

  /** A run in which nothing is finished. */
  static begin(folder: string, run: PaperRun): UnfinishedRun {
    return new UnfinishedRun(folder, run, {});
  }

  /** A run that was interrupted. @throws UsageError when there is none of these numbers in the folder */
  static resume(folder: string, run: PaperRun): UnfinishedRun {
    const saved = read(join(folder, FILE));
    if (saved === undefined) throw new UsageError(`there is no unfinished run in ${folder}`);
    if (saved.nodes !== run.nodes || saved.seed !== run.seed) {
      throw new UsageError(`the unfinished run in ${folder} has --nodes ${saved.nodes} --seed ${saved.seed}`);
    }
    return new UnfinishedRun(folder, run, saved.results);
  }

  get(experiment: string): PaperResult | undefined {
    return this.#results.get(experiment);
  }

  /** An experiment is finished. */
  add(experiment: string, result: PaperResult): void {
    this.#results.set(experiment, result);
    const saved: Saved = { ...this.#run, results: Object.fromEntries(this.#results) };
    writeAtomically(this.#path, `${JSON.stringify(saved)}\n`);
  }

  /** All of them are finished, and written elsewhere. */
  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

function read(path: string): Saved | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Saved;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) throw new UsageError(`${path} is not an unfinished run of grapevine-sim papers`);
    throw error;
  }
}
