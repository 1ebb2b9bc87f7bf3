import { aFunction, aSignal } from '@grapevine/proto/check';

/** What is to be called for a signal, and how the signal itself is told to stop. */
interface Listening {
  readonly callbacks: Set<{ readonly call: () => void }>;
  readonly stop: () => void;
}

const listening = new WeakMap<AbortSignal, Listening>();

/**
 * Calls back once when a signal is aborted. However many callbacks wait for one signal, it has one listener: with eleven, Node warns of a leak.
 *
 * @returns a function that takes it back
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  CHECK: aSignal('signal', signal);
  CHECK: aFunction('callback', callback);
  const here = listening.get(signal) ?? listen(signal);
  const entry = { call: callback };
  here.callbacks.add(entry);
  return () => {
    here.callbacks.delete(entry);
    if (here.callbacks.size > 0 || listening.get(signal) !== here) return;
    listening.delete(signal);
    here.stop();
  };
}

function listen(signal: AbortSignal): Listening {
  const callbacks: Listening['callbacks'] = new Set();
  const run = () => {
    listening.delete(signal);
    for (const { call } of [...callbacks]) call();
  };
  signal.addEventListener('abort', run, { once: true });
  const made = { callbacks, stop: () => signal.removeEventListener('abort', run) };
  listening.set(signal, made);
  return made;
}
