/** How often a send reports its outcome while all is well, in milliseconds: reports cost a good part of a send. */
const INTERVAL_MS = 1_000;
/** Errors of the socket itself. Others (no route, interface down, buffers full) pass, and a socket outlives them. */
const FATAL: ReadonlySet<string | undefined> = new Set([
  'EBADF',
  'ENOTSOCK',
  'ENOTCONN',
  'EPIPE',
  'ERR_SOCKET_DGRAM_NOT_RUNNING',
]);
/** This many fatal errors in a row mean that the socket is dead. */
const FATAL_IN_A_ROW = 3;

/** Finds out from the outcome of some sends whether a UDP socket is dead. */
export class SendCheck {
  #checkedAt = Number.NEGATIVE_INFINITY;
  #fatal = 0;

  /** Whether the outcome of this send is wanted. @param now in milliseconds */
  isDue(now: number): boolean {
    if (this.#fatal === 0 && now - this.#checkedAt < INTERVAL_MS) return false;
    this.#checkedAt = now;
    return true;
  }

  /** @returns whether the socket is dead */
  outcome(error: NodeJS.ErrnoException | null): boolean {
    this.#fatal = error && FATAL.has(error.code) ? this.#fatal + 1 : 0;
    return this.#fatal >= FATAL_IN_A_ROW;
  }
}
