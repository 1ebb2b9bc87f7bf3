import type { Config, StateOptions } from '@grapevine/proto';
import { State } from '@grapevine/proto';
import { FloodNode } from './flood-node.js';

/** How payloads are spread: by the kernel in one of its modes, or by a flood over the hardened mode's overlay. */
export type Rule = Config['mode'] | 'flood';

/** In the order of a table's rows. */
export const RULES: readonly Rule[] = ['reference', 'hardened', 'flood'];

/** The kernel's mode under a rule. A flood has the membership of the hardened mode, so the two share their overlay. */
export function modeOf(rule: Rule): Config['mode'] {
  return rule === 'flood' ? 'hardened' : rule;
}

/** Makes the nodes of a swarm that follows a rule. */
export function nodesOf(rule: Rule): (options: StateOptions<number>) => State<number> {
  return rule === 'flood' ? (options) => new FloodNode(options) : (options) => new State(options);
}
