import { abortable, deferred } from '@grapevine/net';

/** Why a wait was given up: its reader has ended the generator. */
const ENDED = Symbol('ended by its reader');

/**
 * A generator that its reader can end at any time. The `return()` of an async generator waits for a pending `next()`, in a quiet topic for ever; this
 * one ends the pending `next()`, whose result is then `done`.
 *
 * It listens to the reader's signal by itself, from the first `next()` to the end: `AbortSignal.any` loses an `AbortSignal.timeout` to the garbage
 * collector (nodejs/node#57736).
 *
 * @param make yields the values; it must throw the reason of its signal when that is aborted
 * @param signal of the reader
 */
export function endable<T>(
  make: (signal: AbortSignal) => AsyncGenerator<T, undefined>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, undefined> {
  const end = new AbortController();
  const over = deferred();
  let isListening = signal === undefined;
  const listen = () => {
    if (isListening) return;
    isListening = true;
    if (signal?.aborted) end.abort(signal.reason);
    abortable(over.promise, signal).catch((reason) => end.abort(reason));
  };
  const values = make(end.signal);
  const { next, return: finish } = values;
  values.next = async () => {
    listen();
    try {
      const result = await next.call(values);
      if (result.done) over.resolve();
      return result;
    } catch (error) {
      over.resolve();
      if (error !== ENDED) throw error;
      return { done: true, value: undefined };
    }
  };
  values.return = (value) => {
    end.abort(ENDED);
    over.resolve();
    return finish.call(values, value);
  };
  return values;
}
