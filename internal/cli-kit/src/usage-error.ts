/** A mistake of the user: one line on stderr, exit code 2. */
export class UsageError extends Error {}
