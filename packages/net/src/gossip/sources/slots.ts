import { networkOf } from '../../address/source.js';
import { GRACE_MS } from './limits.js';

/** A connected peer, as far as its slot is concerned. */
export interface Occupant {
  readonly source: string;
  /** When its first connection came up, by the clock. */
  readonly since: number;
  /** Whether we dialed it. */
  readonly isOurs: boolean;
  /** Whether it has said anything about a topic that we are in. */
  readonly isUseful: boolean;
  /** Messages about topics that we are not in. */
  readonly useless: number;
  /** Whether it is, or is about to be, a neighbor. */
  isWanted(): boolean;
}

/** Who asks for a slot. */
export interface Newcomer {
  readonly source: string;
  readonly isOurs: boolean;
}

/**
 * Which peer gives its slot to a newcomer when all are taken; undefined when none has to.
 *
 * Peers that we dialed, and neighbors, keep theirs. Of the others, those that have only talked about topics that we are not in go first, then those
 * of the network that holds the most. A peer that we dialed takes any of these slots; a stranger takes only the slot of a peer whose network would
 * still hold more than its own, or of one that has had time to say something of use. So one network never holds more than what the others leave, and
 * many honest nodes behind one address lose nothing while there are slots.
 */
export function whoGivesWay<T extends Occupant>(
  occupants: Iterable<T>,
  newcomer: Newcomer,
  now: number,
): T | undefined {
  const all = [...occupants];
  const held = new Map<string, number>();
  for (const { source } of all) held.set(networkOf(source), (held.get(networkOf(source)) ?? 0) + 1);
  const count = ({ source }: { readonly source: string }) => held.get(networkOf(source)) ?? 0;
  const isRubbish = ({ useless, isUseful }: Occupant) => useless > 0 && !isUseful;
  const candidates = all
    .filter(({ isOurs }) => !isOurs)
    .sort((a, b) => Number(isRubbish(b)) - Number(isRubbish(a)) || count(b) - count(a) || a.since - b.since);
  const worst = candidates.find((occupant) => !occupant.isWanted()); // asked last: it may have to look into every topic
  if (!worst || newcomer.isOurs || isRubbish(worst)) return worst;
  const isOverdue = now - worst.since > GRACE_MS;
  return isOverdue || count(worst) > count(newcomer) + 1 ? worst : undefined;
}
