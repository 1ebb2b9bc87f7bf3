/** What is to be closed in the end, the latest first. */
export class Closers {
  readonly #closers: (() => unknown)[] = [];

  /** Adds something to do in the end. */
  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** Does all of it, even when something fails. @throws the first failure */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
