import { whenNpxEnds } from './parent.js';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };

/** The process has ended in good order after Ctrl-C or SIGTERM: nothing is printed, and the exit code is the shell's for that signal. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: keyof typeof EXIT_CODES) {
    super(`interrupted by ${signal}`);
    this.exitCode = EXIT_CODES[signal];
  }
}

/**
 * Runs something that ends early on Ctrl-C and SIGTERM, also where those reach only the `npx` that has started us: its signal is aborted then,
 * and it tidies up. A second Ctrl-C ends the process at once.
 *
 * @throws Interrupted if it was, however it ended; whatever it throws otherwise
 */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => controller.abort(new Interrupted(signal as keyof typeof EXIT_CODES));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const stopLooking = whenNpxEnds(() => interrupt('SIGTERM'));
  try {
    return await run(controller.signal);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    stopLooking();
    controller.signal.throwIfAborted();
  }
}
