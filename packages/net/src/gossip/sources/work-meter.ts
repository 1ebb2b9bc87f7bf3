import { networkOf } from '../../address/source.js';
import type { Clock } from '../../util/clock.js';
import type { NetMessage } from '../wire.js';
import { MAX_SOURCES, MAX_WORK_US, OVERDRAWN_MS, WORK_PER_BYTE_US, WORK_PER_S_US } from './limits.js';

/** Strangers get less of our time than neighbors and peers that we dialed. */
export type Standing = keyof typeof WORK_PER_S_US;

interface Account {
  work: number;
  at: number;
  /** Since when less than half of it is left. */
  shortSince: number | undefined;
}

/** What a message about a topic that we are not in costs, in microseconds: it is not even decoded. */
export const UNKNOWN_TOPIC_US = 1;

/** Addresses up to this length, in bytes, are in the price of their message; each further byte costs `DATA_US` microseconds. */
const CHEAP_DATA_BYTES = 64;
const DATA_US = 0.25;

/**
 * What a message costs by estimate, in microseconds; measured with `npm run siege` and rounded up. It is an estimate because asking the clock costs
 * more than handling many of the messages, and because the same messages must always have the same effect.
 */
export function workOf(message: NetMessage, standing: Standing): number {
  switch (message.type) {
    case 'gossip':
      return standing === 'known' ? 0 : 2; // payloads are what neighbors are for; those of others are not looked at
    case 'prune':
      return 3;
    case 'graft':
      return 10;
    case 'ihave':
      return 2 + message.messages.length / 2;
    case 'join':
      return 60 + workOfData(message.data);
    case 'forwardJoin':
      return 15 + workOfData(message.peer.data);
    case 'neighbor':
      return 15 + workOfData(message.data);
    case 'disconnect':
      return 150; // with the Join before it; nobody has a reason to come and go
    case 'shuffle':
    case 'shuffleReply':
      return message.nodes.reduce((sum, { data }) => sum + 2 + workOfData(data), 10);
  }
}

/**
 * What it costs to become neighbors in a topic, in microseconds: a Join and its answers. A peer that becomes a neighbor gets it back, so that it may
 * share as many topics with us as we are in. A peer that leaves and comes again pays when it leaves.
 */
export const MEETING_US = 75;

/** Addresses are decoded and looked at. A few cost no more than the message that they come with. */
function workOfData(data: Uint8Array | undefined): number {
  return data ? Math.max(0, data.length - CHEAP_DATA_BYTES) * DATA_US : 0;
}

/** How much of our time each source has left. */
export class WorkMeter {
  readonly #clock: Clock;
  /** In the order in which they were last heard. */
  readonly #accounts = new Map<string, Account>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * A source has sent messages of `bytes` bytes that cost `work` microseconds.
   *
   * @returns how long it has to wait before it may cost anything again, in milliseconds; 0 when it has time left, and infinity when waiting
   *   has not slowed it down: it wants all that it can get, for long
   */
  spend(source: string, standing: Standing, bytes: number, work: number): number {
    const account = this.#accrued(source, standing);
    const now = this.#clock.now();
    account.work = Math.min(MAX_WORK_US[standing], account.work + bytes * WORK_PER_BYTE_US) - work;
    if (account.work >= 0) return 0;
    account.shortSince ??= now;
    if (now - account.shortSince >= OVERDRAWN_MS) return Number.POSITIVE_INFINITY;
    return Math.max(1, Math.ceil((-account.work / WORK_PER_S_US[standing]) * 1_000));
  }

  /** A peer has become a neighbor: it gets back what that has cost. */
  refund(source: string, work: number): void {
    const account = this.#accrued(source, 'known');
    account.work = Math.min(MAX_WORK_US.known, account.work + work);
  }

  #accrued(source: string, standing: Standing): Account {
    // All strangers of one network share an account, because one of them may have all its addresses. Known peers have one for each host.
    const key = `${standing} ${standing === 'stranger' ? networkOf(source) : source}`;
    const now = this.#clock.now();
    const account = this.#accounts.get(key) ?? { work: MAX_WORK_US[standing], at: now, shortSince: undefined };
    account.work = Math.min(
      MAX_WORK_US[standing],
      account.work + ((now - account.at) / 1_000) * WORK_PER_S_US[standing],
    );
    account.at = now;
    if (account.work >= MAX_WORK_US[standing] / 2) account.shortSince = undefined;
    this.#accounts.delete(key);
    this.#accounts.set(key, account);
    if (this.#accounts.size > 2 * MAX_SOURCES) {
      const [oldest] = this.#accounts.keys();
      if (oldest !== undefined) this.#accounts.delete(oldest);
    }
    return account;
  }
}
