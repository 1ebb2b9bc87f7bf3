import type { LossEntry } from './broadcast/told-losses.js';
import type { Config } from './config.js';
import type { Command, GapReason } from './event.js';
import type { PeerId } from './peer-id.js';
import { maxPeerData } from './wire/fit-nodes.js';
import { maxPayload } from './wire/max-payload.js';
import type { PeerData } from './wire/message.js';
import type { MessageId } from './wire/message-id.js';

/**
 * Refuses a command that makes no sense, before anything is done about it.
 *
 * @throws TypeError for what has the wrong type, RangeError for a payload that no frame can carry.
 */
export function checkCommand<P extends PeerId>(config: Config, command: Command<P>): void {
  switch (command.type) {
    case 'join':
      if (!Array.isArray(command.peers)) throw new TypeError('the peers to join must be an array');
      return;
    case 'probe':
      if (!Array.isArray(command.peers)) throw new TypeError('the peers to probe must be an array');
      return;
    case 'broadcast': {
      const { content, scope } = command;
      if (!(content instanceof Uint8Array)) throw new TypeError('the content of a broadcast must be a Uint8Array');
      if (scope !== 'swarm' && scope !== 'neighbors') {
        throw new TypeError(`the scope must be 'swarm' or 'neighbors', got ${JSON.stringify(scope)}`);
      }
      const limit = maxPayload(config, scope);
      if (content.length > limit) {
        throw new RangeError(`the content has ${content.length} bytes, a broadcast can carry ${limit}`);
      }
      return;
    }
    case 'quit':
      return;
    default:
      throw new TypeError(`unknown command ${JSON.stringify((command as { type?: unknown }).type)}`);
  }
}

/**
 * Refuses peer data of our own that would not fit into messages.
 *
 * @throws TypeError or RangeError.
 */
export function checkPeerData(config: Config, data: PeerData): void {
  if (!(data instanceof Uint8Array)) throw new TypeError('peer data must be a Uint8Array');
  const limit = maxPeerData(config);
  if (data.length > limit) throw new RangeError(`peer data has ${data.length} bytes, a message can carry ${limit}`);
}

/**
 * Refuses a reason for lost messages that there is not.
 *
 * @throws TypeError.
 */
export function checkGapReason(reason: GapReason): void {
  if (reason !== 'sleep' && reason !== 'overflow') {
    throw new TypeError(`the reason of a gap must be 'sleep' or 'overflow', got ${JSON.stringify(reason)}`);
  }
}

/**
 * Refuses a recovered payload whose description makes no sense. Its length is no mistake of the host: other nodes may have
 * larger limits.
 *
 * @throws TypeError or RangeError.
 */
export function checkRecovered(content: Uint8Array, { round, age }: { round: number; age: number }): void {
  if (!(content instanceof Uint8Array)) throw new TypeError('the content of a recovered payload must be a Uint8Array');
  if (!Number.isInteger(round) || round < 0 || round > 65_535) {
    throw new RangeError(`the round of a recovered payload must be an integer from 0 to 65535, got ${String(round)}`);
  }
  if (!(age >= 0)) throw new RangeError(`the age of a recovered payload must be at least 0, got ${String(age)}`);
}

/**
 * Refuses what is no payload.
 *
 * @throws TypeError.
 */
export function checkDiscarded(content: Uint8Array): void {
  if (!(content instanceof Uint8Array)) throw new TypeError('the content of a discarded payload must be a Uint8Array');
}

/**
 * Refuses a source that is none.
 *
 * @throws TypeError.
 */
export function checkSource(source: string | undefined): void {
  if (source !== undefined && typeof source !== 'string') throw new TypeError('the source of a peer must be a string');
}

/**
 * Refuses message ids that are none.
 *
 * @throws TypeError.
 */
export function checkIds(ids: readonly MessageId[]): void {
  if (!Array.isArray(ids)) throw new TypeError('the ids of unavailable payloads must be an array');
  if (!ids.every((id) => typeof id === 'string' && id.length === 16)) {
    throw new TypeError('the ids of unavailable payloads must be message ids');
  }
}

/**
 * Refuses peers that are no list.
 *
 * @throws TypeError.
 */
export function checkPeers(peers: readonly PeerId[]): void {
  if (!Array.isArray(peers)) throw new TypeError('the peers that have stalled must be an array');
}

/**
 * Refuses losses that are none.
 *
 * @throws TypeError or RangeError.
 */
export function checkLosses(losses: readonly LossEntry[]): void {
  checkIds(losses.map(({ id }) => id));
  for (const { age } of losses) {
    if (!(age >= 0)) throw new RangeError(`the age of a lost payload must be at least 0, got ${String(age)}`);
  }
}

/**
 * Refuses a time that is none.
 *
 * @throws TypeError.
 */
export function checkTime(now: number): void {
  if (!Number.isFinite(now)) throw new TypeError(`now must be a finite number, got ${String(now)}`);
}
