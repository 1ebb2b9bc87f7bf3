import type { EndpointId } from '@grapevine/net';
import type { AuthoredMessage } from './message.js';
import type { Names } from './names.js';

/**
 * A member that has said its name answers no introduction for this long, in milliseconds, because those that come may be answers to its own. It is
 * more than a message takes to reach everybody, so that answers to answers come to an end.
 */
const QUIET_MS = 5_000;
/** The answers of many members are spread over this time, in milliseconds. */
const SPREAD_MS = 500;
/** Members whose names were asked for. The oldest are forgotten, and asked for again. */
const MAX_ASKED = 10_000;

/**
 * When a member says its name again. The room has no message that asks for a name, so an introduction does it: a member that hears one introduces
 * itself. A member sends one, once for each speaker, when the speaker has no name here. So a newcomer learns the names, and so does a member that
 * came back before anybody noticed that it was gone.
 */
export class Introductions {
  readonly #names: Names;
  readonly #say: () => void;
  readonly #asked = new Set<EndpointId>();
  #isClosed = false;
  #saidAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param names - those that this member knows
   * @param say - introduces this member, and calls {@link Introductions.said}
   */
  constructor(names: Names, say: () => void) {
    this.#names = names;
    this.#say = say;
  }

  /** This member's name is said now, for whatever reason. */
  said(): void {
    this.#forget();
    this.#saidAt = performance.now();
  }

  /** A message has come. */
  heard({ from, message }: AuthoredMessage): void {
    const quietMs = Math.max(0, this.#saidAt + QUIET_MS - performance.now());
    switch (message.type) {
      case 'aboutMe':
        if (quietMs === 0) this.#sayIn(0);
        break;
      case 'message':
        if (this.#names.has(from) || this.#asked.has(from)) break;
        this.#ask(from);
        this.#sayIn(quietMs);
        break;
    }
  }

  /** Says nothing more by itself, whatever comes. */
  close(): void {
    this.#forget();
    this.#isClosed = true;
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #sayIn(milliseconds: number): void {
    if (!this.#isClosed) this.#timer ??= setTimeout(this.#say, milliseconds + SPREAD_MS * Math.random());
  }

  #ask(member: EndpointId): void {
    this.#asked.add(member);
    if (this.#asked.size > MAX_ASKED) this.#asked.delete(this.#asked.values().next().value as EndpointId);
  }
}
