import type { TopicId } from '@grapevine/proto';

/** Whose turn it is to fetch in a topic: payloads that two neighbors have are fetched from one of them. */
export class Turns {
  /** Who waits in each topic; the first has its turn. */
  readonly #lines = new Map<TopicId, (() => void)[]>();

  /**
   * Waits for a turn. @returns `come`, which settles when it is there, and `done`, which gives it up: call it after the turn, or to wait no longer
   */
  take(topic: TopicId): { readonly come: Promise<void>; readonly done: () => void } {
    const line = this.#lines.get(topic) ?? [];
    this.#lines.set(topic, line);
    let call = () => {};
    const come = new Promise<void>((resolve) => {
      call = resolve;
    });
    line.push(call);
    if (line[0] === call) call();
    const done = () => {
      const at = line.indexOf(call);
      if (at === -1) return;
      line.splice(at, 1);
      if (at === 0) line[0]?.();
      if (line.length === 0) this.#lines.delete(topic);
    };
    return { come, done };
  }
}
