import { onAbort } from './on-abort.js';

/**
 * Aborted as soon as one of two signals is, until it is disposed of. `AbortSignal.any` would do, but for an `AbortSignal.timeout` among
 * them: the garbage collector takes that away before its time (nodejs/node#57736).
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
