interface Barrier {
  /** What stood before it and has not been written. */
  payloads: number;
  announcements: number;
  readonly done: (isWritten: boolean) => void;
}

/** Waits until what a sender has queued now is written. What is queued later does not prolong them. */
export class WriteBarriers {
  readonly #barriers: Barrier[] = [];

  /** @returns whether everything that is queued now was written, as soon as that is known */
  add(payloads: number, announcements: number): Promise<boolean> {
    return new Promise((done) => {
      this.#barriers.push({ payloads, announcements, done });
    });
  }

  /** The oldest of what was queued is written. */
  written(payloads: number, announcements: number): void {
    for (const barrier of this.#barriers) {
      barrier.payloads -= payloads;
      barrier.announcements -= announcements;
    }
    // They were added in this order, and each waits for all that the one before waits for.
    while (this.#barriers[0] && this.#barriers[0].payloads <= 0 && this.#barriers[0].announcements <= 0) {
      this.#barriers.shift()?.done(true);
    }
  }

  /** What was queued will not be written here: it is dropped, or moved to another queue. */
  end(outcome: false | Promise<boolean>): void {
    for (const { done } of this.#barriers.splice(0)) void Promise.resolve(outcome).then(done);
  }
}
