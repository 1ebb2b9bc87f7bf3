import type { InEvent, Message, Timer } from '@grapevine/proto';
import { EventQueue } from './event-queue.js';

/** Something that is not an event of a node: a fault that begins, a node that joins. */
export type Action = () => void;

/**
 * An entry of the queue, whose tag says what it is: a message (the tag is its sender), a timer, another event of a node, or an action. Messages and
 * timers become events only when they are due, so that millions of pending ones cost little.
 */
type Queued = Message<number> | Timer<number> | InEvent<number> | Action;
const TIMER = -1;
const EVENT = -2;
const ACTION = -3;

/** Takes the events of nodes when they are due. */
export interface EventHandler {
  /** A message arrives. */
  receive(peer: number, from: number, message: Message<number>): void;
  handle(peer: number, event: InEvent<number>): void;
}

/** Virtual time in integer nanoseconds, and what happens when: earliest first, ties in the order in which they were added. */
export class Timeline {
  #now = 0;
  readonly #queue = new EventQueue<Queued>();

  /** Nanoseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** How many entries are still to come. */
  get size(): number {
    return this.#queue.size;
  }

  /** When the next entry is due; infinite when there is none. */
  get nextTime(): number {
    return this.#queue.nextTime;
  }

  /** A message arrives after `delay` nanoseconds. */
  addMessage(from: number, to: number, message: Message<number>, delay: number): void {
    this.#queue.insert(this.#now + delay, to, from, message);
  }

  addTimer(peer: number, timer: Timer<number>, delay: number): void {
    this.#queue.insert(this.#now + delay, peer, TIMER, timer);
  }

  addEvent(peer: number, event: InEvent<number>, delay: number): void {
    this.#queue.insert(this.#now + delay, peer, EVENT, event);
  }

  /** Runs an action at a time; a time in the past means now. */
  addAction(time: number, action: Action): void {
    this.#queue.insert(Math.max(time, this.#now), -1, ACTION, action);
  }

  /** Carries out the next entry. */
  step(handler: EventHandler): void {
    const queue = this.#queue;
    if (!queue.pop()) return;
    this.#now = queue.time;
    const { event, peer, tag } = queue;
    switch (tag) {
      case TIMER:
        handler.handle(peer, { type: 'timerExpired', timer: event as Timer<number> });
        break;
      case EVENT:
        handler.handle(peer, event as InEvent<number>);
        break;
      case ACTION:
        (event as Action)();
        break;
      default:
        handler.receive(peer, tag, event as Message<number>);
    }
  }

  /** Runs up to and including a time. */
  runUntil(end: number, handler: EventHandler): void {
    while (this.#queue.nextTime <= end) this.step(handler);
    this.#now = Math.max(this.#now, end);
  }

  /** Runs until `isDone` says so, or for `timeout` nanoseconds. @returns whether it is done */
  runUntilDone(isDone: () => boolean, timeout: number, handler: EventHandler): boolean {
    const end = this.#now + timeout;
    while (!isDone()) {
      if (this.#queue.nextTime > end) {
        this.#now = end;
        return false;
      }
      this.step(handler);
    }
    return true;
  }
}
