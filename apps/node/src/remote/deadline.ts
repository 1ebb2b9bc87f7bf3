/**
 * A signal that is aborted after a time, or by another one. With a timer of its own: what `AbortSignal.any` makes of an
 * `AbortSignal.timeout` is never aborted once the garbage collector has been there (nodejs/node#57736).
 */
export class Deadline implements Disposable {
  readonly signal: AbortSignal;
  readonly #late = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, other: AbortSignal) {
    this.signal = AbortSignal.any([this.#late.signal, other]);
    this.#timer = setTimeout(() => this.#late.abort(), ms);
  }

  /** Whether the time was up. */
  get isOver(): boolean {
    return this.#late.signal.aborted;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
