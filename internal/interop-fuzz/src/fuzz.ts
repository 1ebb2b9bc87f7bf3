import type { Crate } from './crate.js';
import { type Difference, findDifference } from './difference.js';
import { CaseWriter } from './encode-case.js';
import type { FuzzCase, Step } from './fuzz-case.js';
import { type MakeKernel, makeState, Node } from './node.js';
import { randomSetting } from './setting.js';
import { shrink } from './shrink.js';
import { World } from './world.js';

/** A case that was made and run in our kernel, and its encoding for the crate. */
export interface MadeCase {
  readonly fuzzCase: FuzzCase;
  readonly encoded: Uint8Array;
  /** Whether our kernel threw at the last step. */
  readonly isThrown: boolean;
}

/** Makes the case of a seed. Its steps depend on what our kernel does. */
export function makeCase(seed: number, make: MakeKernel = makeState): MadeCase {
  const setting = randomSetting(seed);
  const world = new World(setting);
  const writer = new CaseWriter(setting);
  const steps: Step[] = [];
  const fuzzCase: FuzzCase = { ...setting, steps };
  const nodes = setting.nodes.map((_, index) => new Node(fuzzCase, index, make));
  for (let step = world.next(); step !== undefined; step = world.next()) {
    steps.push(step);
    try {
      const outputs = (nodes[step.node] as Node).handle(step);
      writer.step(step, outputs);
      world.carryOut(step.node, outputs);
    } catch {
      return { fuzzCase, encoded: writer.finish(), isThrown: true };
    }
  }
  return { fuzzCase, encoded: writer.finish(), isThrown: false };
}

export interface Found {
  readonly seed: number;
  /** How many steps the case had. */
  readonly steps: number;
  /** The case without what the difference does not need. */
  readonly fuzzCase: FuzzCase;
  readonly difference: Difference;
}

export interface FuzzOptions {
  /** The seed of the first case. The next one's is one higher. */
  readonly seed: number;
  /** Ends after this many steps. */
  readonly events: number;
  readonly make?: MakeKernel;
  readonly onCase?: (events: number) => void;
  readonly signal?: AbortSignal;
}

export interface FuzzResult {
  readonly cases: number;
  readonly events: number;
  readonly found: Found | undefined;
}

/** How many cases may wait for the crate's answer. */
const AHEAD = 4;

/** Makes one case after another and gives each to the crate, until there were enough steps or the kernels differ. */
export async function fuzz(crate: Crate, options: FuzzOptions): Promise<FuzzResult> {
  const { make = makeState, onCase, signal } = options;
  let cases = 0;
  let events = 0;
  const waiting: Promise<number | undefined>[] = [];
  /** The seed of the first case in which the kernels differ. */
  let failed: number | undefined;
  for (let { seed } = options; failed === undefined && !signal?.aborted; seed++) {
    if (events >= options.events) break;
    const { fuzzCase, encoded, isThrown } = makeCase(seed, make);
    cases++;
    events += fuzzCase.steps.length;
    onCase?.(events);
    waiting.push(crate.compare(encoded).then((answer) => (isThrown || answer !== undefined ? seed : undefined)));
    if (waiting.length >= AHEAD) failed = await waiting.shift();
  }
  for (const answer of waiting) failed ??= await answer;
  return { cases, events, found: failed === undefined ? undefined : await minimize(failed, crate, make) };
}

async function minimize(seed: number, crate: Crate, make: MakeKernel): Promise<Found> {
  const { fuzzCase } = makeCase(seed, make);
  const find = (candidate: FuzzCase) => findDifference(candidate, crate, make);
  const first = await find(fuzzCase);
  if (first === undefined)
    throw new Error(`case ${seed} differed when it was made, and does not differ when it is repeated`);
  const least = await shrink(fuzzCase, first.step, async (candidate) => (await find(candidate)) !== undefined);
  return { seed, steps: fuzzCase.steps.length, fuzzCase: least, difference: (await find(least)) as Difference };
}
