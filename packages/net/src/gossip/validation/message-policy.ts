import type { TopicId } from '@grapevine/proto';
import { isPromise } from '../../util/is-promise.js';
import type { ResolvedGossipOptions } from '../options.js';
import type { ReceivedMessage, Verdict } from './validate.js';

/** A verdict, or that there was none in time. */
export type Outcome = Verdict | 'overdue';

const VERDICTS: readonly unknown[] = ['accept', 'ignore', 'reject'] satisfies Verdict[];

type Options = Pick<ResolvedGossipOptions, 'validate' | 'validateTimeoutMs' | 'maxValidations' | 'clock' | 'logger'>;

/** Asks `validate`, whatever it does: a bounded number of times at once, each in bounded time. */
export class MessagePolicy {
  readonly #options: Options;
  #running = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Whether one more may be asked about now. */
  get hasRoom(): boolean {
    return this.#running < this.#options.maxValidations;
  }

  /** What becomes of a message. Never throws, never rejects. */
  ask(topic: TopicId, message: ReceivedMessage): Outcome | Promise<Outcome> {
    try {
      const answer: unknown = this.#options.validate(topic, message);
      return isPromise(answer) ? this.#inTime(message, answer) : this.#checked(message, answer);
    } catch (error) {
      return this.#failed(message, error);
    }
  }

  /** A validation that is overdue goes on, and its verdict no longer counts. */
  #inTime(message: ReceivedMessage, answer: PromiseLike<unknown>): Promise<Outcome> {
    const { clock, validateTimeoutMs } = this.#options;
    this.#running++;
    return new Promise((resolve) => {
      let isOver = false;
      const settle = (outcome: () => Outcome) => {
        if (isOver) return;
        isOver = true;
        timer.cancel();
        this.#running--;
        resolve(outcome());
      };
      const timer = clock.setTimer(() => settle(() => this.#overdue(message)), validateTimeoutMs);
      answer.then(
        (verdict) => settle(() => this.#checked(message, verdict)),
        (error) => settle(() => this.#failed(message, error)),
      );
    });
  }

  #checked(message: ReceivedMessage, verdict: unknown): Outcome {
    if (VERDICTS.includes(verdict)) return verdict as Verdict;
    return this.#failed(
      message,
      new TypeError(`it must return 'accept', 'ignore' or 'reject', got ${String(verdict)}`),
    );
  }

  #overdue({ deliveredFrom }: ReceivedMessage): Outcome {
    const { logger, validateTimeoutMs } = this.#options;
    logger.warn({ peer: deliveredFrom, validateTimeoutMs }, 'validate takes too long: ignoring the message');
    return 'overdue';
  }

  #failed({ deliveredFrom }: ReceivedMessage, error: unknown): Outcome {
    this.#options.logger.error(
      { peer: deliveredFrom, error: String(error) },
      'validate has failed: rejecting the message',
    );
    return 'reject';
  }
}
