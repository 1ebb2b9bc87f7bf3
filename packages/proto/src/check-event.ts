import type { LossEntry } from './broadcast/told-losses.js';
import { anInteger, aString, atLeast, type Check, describe, oneOf, someBytes } from './check/index.js';
import type { Config } from './config.js';
import type { Command } from './event.js';
import type { PeerId } from './peer-id.js';
import { maxPeerData } from './wire/fit-nodes.js';
import { maxPayload } from './wire/max-payload.js';
import type { PeerData } from './wire/message.js';
import type { MessageId } from './wire/message-id.js';

/** Why messages may have been lost. */
export const aGapReason = oneOf('sleep', 'overflow');
/** The items are checked where they are used: there may be tens of thousands. */
export const aList: Check = (name, value) => {
  if (!Array.isArray(value)) throw new TypeError(`${name} must be an array, got ${describe(value)}`);
};

const aRound = anInteger(0, 65_535);
const anAge = atLeast(0);

/**
 * Refuses a command that makes no sense, before anything is done about it.
 *
 * @throws TypeError for what has the wrong type, RangeError for a payload that no frame can carry.
 */
export function checkCommand<P extends PeerId>(config: Config, command: Command<P>): void {
  switch (command.type) {
    case 'join':
    case 'probe':
      return aList('peers', command.peers);
    case 'broadcast': {
      const { content, scope } = command;
      someBytes('content', content);
      return checkLength('content', content, maxPayload(config, scope));
    }
    case 'quit':
      return;
    default:
      throw new TypeError(`unknown command ${JSON.stringify((command satisfies never as { type?: unknown }).type)}`);
  }
}

/**
 * Refuses peer data of our own that would not fit into messages.
 *
 * @throws TypeError or RangeError.
 */
export function checkPeerData(config: Config, data: PeerData): void {
  someBytes('peer data', data);
  checkLength('peer data', data, maxPeerData(config));
}

function checkLength(name: string, { length }: Uint8Array, limit: number): void {
  if (length > limit) throw new RangeError(`${name} must have at most ${limit} bytes, got ${length}`);
}

/**
 * Refuses a recovered payload whose description makes no sense. A length above our limit is not the host's mistake: other nodes may have larger
 * limits.
 *
 * @throws TypeError or RangeError.
 */
export function checkRecovered(content: Uint8Array, { round, age }: { round: number; age: number }): void {
  someBytes('content', content);
  aRound('round', round);
  anAge('age', age);
}

/**
 * Refuses a source that is not a string.
 *
 * @throws TypeError.
 */
export function checkSource(source: string | undefined): void {
  if (source !== undefined) aString('source', source);
}

/**
 * Refuses a list of anything but message ids.
 *
 * @throws TypeError.
 */
export function checkIds(ids: readonly MessageId[]): void {
  aList('ids', ids);
  if (!ids.every((id) => typeof id === 'string' && id.length === 16)) throw new TypeError('ids must be message ids');
}

/**
 * Refuses a list of anything but losses.
 *
 * @throws TypeError or RangeError.
 */
export function checkLosses(losses: readonly LossEntry[]): void {
  checkIds(losses.map(({ id }) => id));
  for (const { age } of losses) anAge('age', age);
}

/**
 * Refuses a time that is not a finite number.
 *
 * @throws TypeError.
 */
export function checkTime(now: number): void {
  if (!Number.isFinite(now)) throw new TypeError(`now must be a finite number, got ${String(now)}`);
}
