/** The peer broke the protocol: its connection is closed. */
export class Violation extends Error {
  constructor(
    readonly reason: 'bad-message' | 'frame-too-large',
    message: string,
  ) {
    super(message);
  }
}

/** The session was given up, by the peer or here, with one of `SessionCode`. */
export class SessionEnded extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
