import type { Config } from '../config.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { AnnouncementPace } from './announcement-pace.js';
import type { AnnouncementQueue } from './announcement-queue.js';
import { DISPATCH } from './eager-lazy-push.js';

/** When queued announcements are sent: those of the shared tree soon, those of other trees at their own pace. */
export class AnnouncementDispatch<P extends PeerId> {
  readonly #queue: AnnouncementQueue<P>;
  readonly #config: Config;
  readonly #out: Outbox<P>;
  /** Made when it is needed: most topics are quiet, most of the time. */
  #pace: AnnouncementPace | undefined;
  /** When the timer that counts is due. */
  #dueAt: number | undefined;

  constructor(queue: AnnouncementQueue<P>, config: Config, out: Outbox<P>) {
    this.#queue = queue;
    this.#config = config;
    this.#out = out;
  }

  /** Announcements of payloads of the shared tree are queued. It changes with every publisher: they do not wait. */
  soon(now: number): void {
    this.#after(this.#config.broadcast.dispatchTimeout, now);
  }

  /** Announcements of a payload of another tree are queued. */
  inTime(now: number): void {
    const { broadcast, hardened } = this.#config;
    this.#pace ??= new AnnouncementPace(broadcast.dispatchTimeout, hardened.announceDelayMax);
    this.#pace.announced(now);
    this.#after(this.#pace.delay(now), now);
  }

  /** A branch has broken: announcements that wait may be what somebody needs. */
  disturbed(now: number): void {
    if (this.#pace === undefined) return;
    this.#pace.disturbed(now);
    this.#after(this.#pace.delay(now), now);
  }

  /** They are being sent. */
  sent(): void {
    this.#dueAt = undefined;
  }

  /** A timer that runs already is too late once the pace has become faster: then there are two, and the later one finds nothing to send. */
  #after(delay: number, now: number): void {
    if (this.#queue.isEmpty) return;
    if (this.#dueAt !== undefined && this.#dueAt <= now + delay) return;
    this.#dueAt = now + delay;
    this.#out.schedule(delay, this.#out.timer(DISPATCH));
  }
}
