import type { OutEvent, PeerId } from '@grapevine/proto';
import type { Crate } from './crate.js';
import { decodeOutputs } from './decode-output.js';
import { CaseWriter } from './encode-case.js';
import type { FuzzCase } from './fuzz-case.js';
import { type MakeKernel, makeState, Node } from './node.js';

/** The first step after which the two kernels differ. */
export interface Difference {
  /** The number of the step. */
  readonly step: number;
  /** The outputs of each, or its error. */
  readonly ours: readonly OutEvent<PeerId>[] | string;
  readonly theirs: readonly unknown[] | string;
}

/** Runs a case in our kernel. @returns the case with our outputs, and our error if there was one */
function replay(fuzzCase: FuzzCase, make: MakeKernel): { encoded: Uint8Array; thrown: Difference | undefined } {
  const writer = new CaseWriter(fuzzCase);
  const nodes = fuzzCase.nodes.map((_, index) => new Node(fuzzCase, index, make));
  for (const [number, step] of fuzzCase.steps.entries()) {
    try {
      writer.step(step, (nodes[step.node] as Node).handle(step));
    } catch (error) {
      return { encoded: writer.finish(), thrown: { step: number, ours: String(error), theirs: 'no error' } };
    }
  }
  return { encoded: writer.finish(), thrown: undefined };
}

/** Where the kernels first differ in a case; `undefined` when they never do. */
export async function findDifference(
  fuzzCase: FuzzCase,
  crate: Crate,
  make: MakeKernel = makeState,
): Promise<Difference | undefined> {
  const { encoded, thrown } = replay(fuzzCase, make);
  const answer = await crate.compare(encoded);
  if (answer === undefined) return thrown;
  const { step, outputs } = answer;
  return {
    step,
    ours: outputsAt(fuzzCase, step, make),
    theirs: outputs instanceof Uint8Array ? decodeOutputs(outputs, fuzzCase) : `panic: ${outputs.panic}`,
  };
}

/** The outputs of our kernel after one step of a case. */
function outputsAt(fuzzCase: FuzzCase, number: number, make: MakeKernel): readonly OutEvent<PeerId>[] {
  const { node } = fuzzCase.steps[number] as FuzzCase['steps'][number];
  const ours = new Node(fuzzCase, node, make);
  let outputs: readonly OutEvent<PeerId>[] = [];
  for (const step of fuzzCase.steps.slice(0, number + 1)) if (step.node === node) outputs = ours.handle(step);
  return outputs;
}
