import { printable } from '@grapevine/cli-kit/printable';
import { type EndpointId, shortId } from '@grapevine/net';

/** The names that members have told, as one safe line each. */
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

  /** Whether it has told one. */
  has(id: EndpointId): boolean {
    return this.#names.has(id);
  }

  /** Its name, or the first digits of its id. */
  get(id: EndpointId): string {
    return this.#names.get(id) ?? shortId(id);
  }
}
