import { createHash } from 'node:crypto';

/** How many of the latest messages are remembered, to notice equal ones. */
const REMEMBERED = 65_536;

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What was published, as one line. */
export class Tally {
  /** Messages that the node did not take. */
  refused = 0;
  readonly #start = performance.now();
  readonly #seen = new Set<string>();
  #messages = 0;
  #bytes = 0;
  #repeated = 0;

  get messages(): string {
    return plural(this.#messages, 'message');
  }

  add(message: Uint8Array): void {
    this.#messages++;
    this.#bytes += message.length;
    const id = createHash('sha256').update(message).digest('base64');
    if (this.#seen.has(id)) this.#repeated++;
    this.#seen.add(id);
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.values().next().value as string);
  }

  toString(): string {
    const seconds = (performance.now() - this.#start) / 1_000;
    return [
      `sent ${this.messages} (${plural(this.#bytes, 'byte')}) in ${seconds.toFixed(1)} s`,
      ...(this.#repeated > 0 ? [`${this.#repeated} equal to an earlier one, which the swarm delivers once`] : []),
      ...(this.refused > 0 ? [`${this.refused} not taken by the node`] : []),
    ].join('; ');
  }
}
