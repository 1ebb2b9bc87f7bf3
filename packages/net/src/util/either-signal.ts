import { onAbort } from './on-abort.js';

/**
 * Aborted as soon as one of two signals is, until it is disposed of. `AbortSignal.any` would do, except where an `AbortSignal.timeout` is among them:
 * the garbage collector removes that before its time (nodejs/node#57736).
 */
export class EitherSignal implements Disposable {
  readonly signal: AbortSignal;
  readonly #stops: Array<() => void> = [];

  constructor(...signals: readonly AbortSignal[]) {
    const either = new AbortController();
    this.signal = either.signal;
    for (const source of signals) {
      if (source.aborted) either.abort(source.reason);
      this.#stops.push(onAbort(source, () => either.abort(source.reason)));
    }
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops.splice(0)) stop();
  }
}
