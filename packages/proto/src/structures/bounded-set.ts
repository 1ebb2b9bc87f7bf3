import { LazySet } from './lazy.js';

/** A set that forgets its oldest value where there would be too many. */
export class BoundedSet<T> {
  readonly #values = new LazySet<T>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(value: T): boolean {
    return this.#values.has(value);
  }

  /** Adds a value; one that is present becomes the newest. */
  add(value: T): void {
    this.#values.delete(value);
    this.#values.add(value);
    if (this.#values.size > this.#limit) this.#values.delete(this.#values.oldest as T);
  }

  delete(value: T): boolean {
    return this.#values.delete(value);
  }
}
