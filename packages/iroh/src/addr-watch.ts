import type { EndpointAddr } from '@grapevine/net';
import { AsyncQueue } from '@grapevine/net/transport';

/** How often the address is checked, in milliseconds. */
const INTERVAL_MS = 1_000;

/**
 * Tells watchers of an address when it changes. Each gets only the newest one.
 *
 * It polls while there are watchers: the binding's own `watchAddr` needs a runtime that the binding does not start, and
 * ends the whole process.
 */
export class AddrWatch {
  readonly #look: () => EndpointAddr;
  readonly #watchers = new Set<Watcher>();
  #timer: NodeJS.Timeout | undefined;
  #last: string | undefined;
  #ended = false;

  constructor(look: () => EndpointAddr) {
    this.#look = look;
  }

  watch(): AsyncIterable<EndpointAddr> {
    const watcher = new Watcher(() => this.#leave(watcher));
    if (this.#ended) {
      watcher.end();
      return watcher;
    }
    const addr = this.#look();
    watcher.push(addr);
    this.#watchers.add(watcher);
    this.#last ??= JSON.stringify(addr);
    this.#timer ??= setInterval(() => this.#compare(), INTERVAL_MS);
    return watcher;
  }

  /** The endpoint is closed: each watcher gets its last unread address, then the end. */
  end(): void {
    this.#ended = true;
    for (const watcher of [...this.#watchers]) watcher.end();
  }

  #compare(): void {
    const addr = this.#look();
    const text = JSON.stringify(addr);
    if (text === this.#last) return;
    this.#last = text;
    for (const watcher of this.#watchers) {
      watcher.shift(); // unread addresses are out of date
      watcher.push(addr);
    }
  }

  #leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#last = undefined;
  }
}

class Watcher extends AsyncQueue<EndpointAddr> {
  readonly #onEnd: () => void;

  constructor(onEnd: () => void) {
    super();
    this.#onEnd = onEnd;
  }

  override end(): void {
    super.end();
    this.#onEnd();
  }

  /** The last watcher has left. */
  override return(): Promise<IteratorResult<EndpointAddr>> {
    this.end();
    return super.return();
  }
}
