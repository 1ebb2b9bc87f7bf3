import { meanReliability, messagesUntilBack, settledLdh } from './statistics.js';
import type { TreeCycle } from './tree.js';
import type { PaperResult } from './unfinished-run.js';

/** What came of one experiment in a line: all tables come in the end, and that may be an hour away. */
export function describeResult(result: PaperResult): string {
  if ('senders' in result) {
    const { rmr, payload, control } = result.cycles.at(-1) as TreeCycle;
    const last = `RMR ${rmr.toFixed(3)}, ${count(payload)} payloads, ${count(control)} control messages`;
    return `LDH ${settledLdh(result).toFixed(2)} once settled; in the last cycle ${last}`;
  }
  const until = messagesUntilBack(result);
  const back = until === undefined ? 'not back after the last message' : `all are back after ${count(until)} messages`;
  return `mean reliability ${(100 * meanReliability(result)).toFixed(2)} %, ${back}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
