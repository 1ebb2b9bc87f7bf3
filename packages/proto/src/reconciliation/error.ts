/** What a peer did wrong: bytes that are no frame, a frame that nothing asked for, or more than the limits allow. */
export type ReconciliationProblem = 'malformed' | 'unexpected' | 'limit';

/** The peer broke the protocol. The session is over; nothing but the peer's frames can cause this. */
export class ReconciliationError extends Error {
  override readonly name = 'ReconciliationError';
  constructor(
    readonly problem: ReconciliationProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
