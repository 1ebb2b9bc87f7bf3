/** How many sessions a listener holds; see `LISTENER_BUDGETS`. */
export interface SessionLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerSource: number;
  readonly maxUnproven: number;
}

/** Counts sessions, by source and by whether the other end has proven who it is. */
export class SessionRoom {
  readonly #limits: SessionLimits;
  readonly #bySource = new Map<string, number>();
  #sessions = 0;
  #unproven = 0;

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  /** Why there is no room for a session from a source; undefined when there is. */
  refusal(source: string): 'sessions' | 'source' | 'unproven' | undefined {
    const { maxSessions, maxSessionsPerSource, maxUnproven } = this.#limits;
    if (this.#sessions >= maxSessions) return 'sessions';
    if ((this.#bySource.get(source) ?? 0) >= maxSessionsPerSource) return 'source';
    return this.#unproven >= maxUnproven ? 'unproven' : undefined;
  }

  /** Counts a session that begins. @returns what to call when the identity is proven, and when the session is over */
  enter(source: string): { proven(): void; left(): void } {
    this.#sessions++;
    this.#unproven++;
    this.#bySource.set(source, (this.#bySource.get(source) ?? 0) + 1);
    let isUnproven = true;
    const proven = () => {
      if (isUnproven) this.#unproven--;
      isUnproven = false;
    };
    return {
      proven,
      left: () => {
        proven();
        this.#sessions--;
        const others = (this.#bySource.get(source) ?? 1) - 1;
        if (others === 0) this.#bySource.delete(source);
        else this.#bySource.set(source, others);
      },
    };
  }
}
