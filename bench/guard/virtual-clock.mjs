// @ts-check

/**
 * A clock that moves only when it is told to, and counts its timers.
 * @implements {import('@grapevine/net').Clock}
 */
export class VirtualClock {
  /** Timers set, timers fired, and callbacks deferred to the end of the turn. */
  counts = { timers: 0, batches: 0, fired: 0 };
  #now = 0;
  /** @type {Set<{ at: number, callback: () => void }>} */
  #pending = new Set();
  /** @type {(() => void)[]} */
  #deferred = [];

  now() {
    return this.#now;
  }

  wallNow() {
    return this.#now;
  }

  /** @param {() => void} callback @param {number} delayMs */
  setTimer(callback, delayMs) {
    this.counts.timers++;
    const pending = { at: this.#now + Math.max(0, delayMs), callback };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  /** @param {() => void} callback */
  defer(callback) {
    this.counts.batches++;
    this.#deferred.push(callback);
    return {
      cancel: () => {
        const at = this.#deferred.indexOf(callback);
        if (at >= 0) this.#deferred.splice(at, 1);
      },
    };
  }

  /** Fires the timers of the next `ms` milliseconds. Between two of them all promises settle. @param {number} ms */
  async advance(ms) {
    const end = this.#now + ms;
    await this.#settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#pending.delete(next);
      this.counts.fired++;
      next.callback();
      await this.#settle();
    }
    this.#now = end;
  }

  async #settle() {
    do {
      for (const callback of this.#deferred.splice(0)) callback();
      await new Promise((resolve) => setImmediate(resolve)); // runs after all promises that are ready
    } while (this.#deferred.length > 0);
  }

  /** @param {number} end */
  #next(end) {
    let first;
    for (const pending of this.#pending) {
      if (pending.at <= end && (first === undefined || pending.at < first.at)) first = pending;
    }
    return first;
  }
}
