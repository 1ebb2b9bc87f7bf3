/** How often to look whether the parent is still there, in milliseconds. */
const LOOK_MS = 250;

/** The process that has started us: asked as early as can be, as it may end while we start. */
const PARENT = process.ppid;

/**
 * Calls back when `npx`, which has started us, is gone. npx passes a signal on to its shell alone, and the shell ends without telling anybody:
 * what was started by it would go on for ever. The system has no event for that; what can be seen is that our parent is another one.
 *
 * @returns stops looking
 */
export function whenNpxEnds(callback: () => void, environment: NodeJS.ProcessEnv = process.env): () => void {
  if (environment.npm_lifecycle_event !== 'npx') return () => {};
  const timer = setInterval(() => {
    if (process.ppid === PARENT) return;
    clearInterval(timer);
    callback();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
