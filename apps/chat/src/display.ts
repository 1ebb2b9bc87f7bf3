import { type EndpointId, shortId } from '@grapevine/net';

/** C0 and C1 controls, and the marks that reorder text: nobody in the room may steer somebody else's terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text from the network as one safe line. */
export function printable(text: string): string {
  return text.replace(/[\r\n]+$/, '').replace(UNSAFE, '\ufffd');
}

/** What members call themselves. */
export class Names {
  readonly #names = new Map<EndpointId, string>();
  readonly #capacity: number;

  /** @param capacity how many names are remembered; the oldest go first */
  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  set(id: EndpointId, name: string): void {
    this.#names.delete(id);
    this.#names.set(id, printable(name));
    if (this.#names.size <= this.#capacity) return;
    const [oldest] = this.#names.keys();
    if (oldest !== undefined) this.#names.delete(oldest);
  }

  get(id: EndpointId): string {
    return this.#names.get(id) ?? shortId(id);
  }
}
