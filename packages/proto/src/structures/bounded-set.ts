import { LazySet } from './lazy.js';

/** A set that forgets its oldest value where there would be too many. It takes up hardly anything while it is empty. */
export class BoundedSet<T> extends LazySet<T> {
  readonly #limit: number;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  /** Adds a value; one that is present becomes the newest. */
  override add(value: T): void {
    this.delete(value);
    super.add(value);
    if (this.size > this.#limit) this.delete(this.oldest as T);
  }
}
