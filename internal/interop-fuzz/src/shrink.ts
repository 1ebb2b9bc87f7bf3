import type { FuzzCase, Step } from './fuzz-case.js';

/** Whether a smaller case still shows the difference. */
export type Differs = (fuzzCase: FuzzCase) => Promise<boolean>;

/**
 * Takes out of a case what the difference at one of its steps does not need: later steps and other nodes first, then steps in chunks
 * that become smaller (Zeller and Hildebrandt: Simplifying and isolating failure-inducing input, 2002), entries of lists, and settings
 * that are not the default.
 *
 * @param step - The number of the step with the difference.
 */
export async function shrink(fuzzCase: FuzzCase, step: number, differs: Differs): Promise<FuzzCase> {
  const { node } = fuzzCase.steps[step] as Step;
  // Nodes share nothing: a node's outputs follow from its own steps.
  let best: FuzzCase = { ...fuzzCase, steps: fuzzCase.steps.slice(0, step + 1).filter((each) => each.node === node) };
  const tries = async (candidate: FuzzCase): Promise<boolean> => {
    const fails = await differs(candidate);
    if (fails) best = candidate;
    return fails;
  };
  await takeOutSteps();
  await takeOutEntries();
  await takeOutSteps();
  await takeOutSettings();
  return best;

  async function takeOutSteps(): Promise<void> {
    for (let chunk = Math.ceil(best.steps.length / 2); ; chunk = Math.ceil(chunk / 2)) {
      let isSmaller = false;
      // From the end: a later step may need an earlier one, which can only be taken out after it.
      for (let end = best.steps.length; end > 0; end -= chunk) {
        const from = Math.max(0, end - chunk);
        const steps = [...best.steps.slice(0, from), ...best.steps.slice(end)];
        if (await tries({ ...best, steps })) isSmaller = true;
      }
      if (chunk <= 1 && !isSmaller) return;
    }
  }

  async function takeOutEntries(): Promise<void> {
    for (let at = 0; at < best.steps.length; at++) {
      let count = entriesOf(best.steps[at] as Step);
      for (let entry = count - 1; entry >= 0 && count > 0; entry--) {
        const steps = best.steps.with(at, withoutEntry(best.steps[at] as Step, entry));
        if (await tries({ ...best, steps })) count--;
      }
    }
  }

  async function takeOutSettings(): Promise<void> {
    for (const section of ['membership', 'broadcast'] as const) {
      for (const field of Object.keys(best.config[section] ?? {})) {
        const { [field as never]: _, ...rest } = best.config[section] ?? {};
        await tries({ ...best, config: { ...best.config, [section]: rest } });
      }
    }
    const { maxMessageSize: _, ...rest } = best.config;
    await tries({ ...best, config: rest });
  }
}

/** How many entries the list of a step has. */
function entriesOf(step: Step): number {
  if (step.do === 'join') return step.peers.length;
  if (step.do !== 'receive') return 0;
  const { message } = step;
  if (message.type === 'ihave') return message.messages.length;
  return message.type === 'shuffle' || message.type === 'shuffleReply' ? message.nodes.length : 0;
}

function withoutEntry(step: Step, entry: number): Step {
  const others = <T>(list: readonly T[]) => list.filter((_, index) => index !== entry);
  if (step.do === 'join') return { ...step, peers: others(step.peers) };
  if (step.do !== 'receive') return step;
  const { message } = step;
  if (message.type === 'ihave') return { ...step, message: { ...message, messages: others(message.messages) } };
  if (message.type !== 'shuffle' && message.type !== 'shuffleReply') return step;
  return { ...step, message: { ...message, nodes: others(message.nodes) } };
}
