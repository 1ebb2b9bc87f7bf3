/** Why a wait was given up: its reader has ended the generator. */
const ENDED = Symbol('ended by its reader');

/**
 * A generator that its reader can end at any time. The `return()` of an async generator waits for a pending `next()`, in a quiet topic for ever; this
 * one ends the pending `next()`, whose result is then `done`.
 *
 * @param make yields the values; it must throw the reason of its signal when that is aborted
 * @param signal of the reader
 */
export function endable<T>(
  make: (signal: AbortSignal) => AsyncGenerator<T, undefined>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, undefined> {
  const end = new AbortController();
  const values = make(signal ? AbortSignal.any([signal, end.signal]) : end.signal);
  const { next, return: finish } = values;
  values.next = () =>
    next.call(values).catch((error) => {
      if (error !== ENDED) throw error;
      return { done: true, value: undefined };
    });
  values.return = (value) => {
    end.abort(ENDED);
    return finish.call(values, value);
  };
  return values;
}
