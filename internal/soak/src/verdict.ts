import type { Ledger, Reader } from './ledger.js';
import type { Machine } from './machine.js';
import type { Reach } from './reach.js';

/** The promise that a run broke. */
export type FailureKind = 'lost' | 'told' | 'heard' | 'one-sided' | 'parted' | 'left behind' | 'threw';

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
}

/** So many messages are named in a failure. Of more, only the number is given. */
const NAMED = 5;

/** Checks for each open reader that delivered + told = published. */
export function judgeDelivery(ledger: Ledger, reach: Reach): { failures: Failure[]; owed: number } {
  const failures: Failure[] = ledger.violations.map((message) => ({ kind: 'heard', message }));
  let owed = 0;
  for (const reader of ledger.readers) {
    if (!reader.isOpen) continue;
    let undelivered = 0;
    const missing: string[] = [];
    for (const publication of ledger.publications) {
      const { index, topic, by, at, taken } = publication;
      if (topic !== reader.membership.topic || by === reader.membership || taken !== 'yes') continue;
      const isOwed = at >= reader.owedFrom && reach.of(publication).has(reader.membership);
      if (isOwed) owed++;
      if (reader.delivered.has(index)) continue;
      undelivered++;
      if (isOwed) missing.push(`${index} of machine ${by.machine} at ${at.toFixed(0)} ms`);
    }
    failures.push(...judgeReader(reader, missing, undelivered));
  }
  return { failures, owed };
}

function judgeReader(reader: Reader, missing: readonly string[], undelivered: number): Failure[] {
  const told = reader.toldTotal;
  const { 'slow-reader': _events, ...losses } = reader.told;
  const toldLosses = Object.values(losses).reduce((sum, missed) => sum + missed, 0);
  const failures: Failure[] = [];
  if (missing.length > told) {
    const named = [...missing.slice(0, NAMED), ...(missing.length > NAMED ? ['…'] : [])].join(', ');
    failures.push({ kind: 'lost', message: `${reader} lacks ${missing.length} and was told of ${told}: ${named}` });
  }
  if (toldLosses > undelivered) {
    const message = `${reader} was told of ${toldLosses} lost and lacks only ${undelivered}`;
    failures.push({ kind: 'told', message });
  }
  return failures;
}

/** Checks that views are symmetric, and that each topic is one swarm. */
export async function judgeViews(machines: readonly Machine[], topics: number): Promise<Failure[]> {
  const views = new Map<string, { machine: number; topics: Map<number, readonly string[]> }>();
  for (const { index, id, process } of machines) {
    if (!process) continue;
    const snapshot = await process.node.snapshot();
    const byTopic = new Map(
      snapshot.topics.map(({ id, activeView }) => [Number.parseInt(id.slice(0, 2), 16) - 1, activeView] as const),
    );
    views.set(id, { machine: index, topics: byTopic });
  }
  const failures: Failure[] = [];
  const oneSided = (message: string) => failures.push({ kind: 'one-sided', message });
  for (let topic = 0; topic < topics; topic++) {
    const members = [...views].filter(([, view]) => view.topics.has(topic));
    for (const [id, { machine, topics: own }] of members) {
      for (const peer of own.get(topic) ?? []) {
        const other = views.get(peer);
        if (peer === id) oneSided(`topic ${topic}: machine ${machine} is its own neighbor`);
        else if (!other) oneSided(`topic ${topic}: machine ${machine} has a neighbor that is gone`);
        else if (!other.topics.get(topic)?.includes(id)) {
          oneSided(`topic ${topic}: machine ${machine} has neighbor ${other.machine}, which does not have it`);
        }
      }
    }
    const groups = components(
      members.map(([id]) => id),
      (id) => views.get(id)?.topics.get(topic) ?? [],
    );
    if (groups.length > 1) {
      const named = groups.map((ids) => ids.map((id) => views.get(id)?.machine).join(' ')).join(' | ');
      failures.push({ kind: 'parted', message: `topic ${topic} is in ${groups.length} parts: ${named}` });
    }
  }
  return failures;
}

function components(ids: readonly string[], neighborsOf: (id: string) => readonly string[]): string[][] {
  const left = new Set(ids);
  const groups: string[][] = [];
  for (const first of ids) {
    if (!left.delete(first)) continue;
    const group = [first];
    for (const id of group) for (const peer of neighborsOf(id)) if (left.delete(peer)) group.push(peer);
    groups.push(group);
  }
  return groups;
}
