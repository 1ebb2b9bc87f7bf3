import { type MessageId, messageIdToHex } from '@grapevine/proto';
import type { Difference } from './difference.js';
import type { FuzzCase } from './fuzz-case.js';

/** The steps of a short case, and the outputs that differ. */
export function describeDifference({ config, nodes, topics, ids, steps }: FuzzCase, difference: Difference): string {
  const { node } = steps[difference.step] ?? { node: 0 };
  return [
    `node ${readable(nodes[node])} (peers are ${ids}, ${topics.length} ${topics.length === 1 ? 'topic' : 'topics'}), config ${readable(config)}`,
    ...steps.map(
      (step, number) => `${number === difference.step ? '>' : ' '} ${readable({ ...step, node: undefined })}`,
    ),
    ...listed('ours', difference.ours),
    ...listed('the crate', difference.theirs),
  ].join('\n');
}

function listed(who: string, outputs: readonly unknown[] | string): string[] {
  if (typeof outputs === 'string') return [`${who}: ${outputs}`];
  return [`${who}:${outputs.length === 0 ? ' nothing' : ''}`, ...outputs.map((output) => `  ${readable(output)}`)];
}

/** A value as JSON, with byte strings and message ids in hexadecimal. */
function readable(value: unknown): string {
  return JSON.stringify(value, (key, field: unknown) => {
    if (field instanceof Uint8Array) return Buffer.from(field).toString('hex');
    if (key === 'id' && typeof field === 'string' && field.length === 16) return messageIdToHex(field as MessageId);
    return field;
  });
}
