import type { ReconcileReason, TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { ClockTimer } from '../../util/clock.js';
import type { Session } from './session.js';

/** Payloads younger than this are still under way: a periodic comparison leaves them out. Milliseconds. */
const UNDER_WAY_MS = 2_000;

/** What a comparison for this reason leaves out, in milliseconds. */
export function youngerThan(reason: ReconcileReason): number {
  return reason === 'periodic' ? UNDER_WAY_MS : 0;
}

/** A comparison that is under way. */
export interface Current {
  readonly session: Session;
  readonly side: 'initiator' | 'responder';
  /** Settles at its end. Never rejects. */
  readonly over: Promise<void>;
}

/** What there is to compare with one neighbor in one topic. */
export class Task {
  /** Why a comparison is due; undefined when none is. */
  due: ReconcileReason | undefined;
  /** Whether an attempt dials, or waits for a slot. */
  pending = false;
  current: Current | undefined;
  /** Failures in a row. */
  failures = 0;
  /** Comparisons in a row that overlooked something. */
  inexact = 0;
  #timer: ClockTimer | undefined;

  constructor(
    readonly topic: TopicId,
    readonly peer: EndpointId,
  ) {}

  /** Whether it can be forgotten. */
  get idle(): boolean {
    return this.due === undefined && !this.pending && !this.current && !this.#timer;
  }

  /** Makes a comparison due. A comparison after a gap includes a periodic one. */
  demand(reason: ReconcileReason): void {
    if (this.due === undefined || this.due === 'periodic') this.due = reason;
  }

  /**
   * The window is about to be taken for a comparison that leaves out payloads younger than `leftOut` milliseconds. @returns what was due and is
   * satisfied by it
   */
  satisfy(leftOut: number): ReconcileReason | undefined {
    const { due } = this;
    if (due === undefined || leftOut > youngerThan(due)) return undefined;
    this.due = undefined;
    return due;
  }

  /** Keeps the one timer of the task, or none. */
  wait(timer: ClockTimer | undefined): void {
    this.#timer?.cancel();
    this.#timer = timer;
  }
}
