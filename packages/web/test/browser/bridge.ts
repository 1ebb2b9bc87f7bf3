import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { type Answer, type Call, deserialize, type Handle, serialize } from './wire.js';

/** How long this thread blocks for an answer at most, in milliseconds. After that the page is taken for gone. */
const PATIENCE_MS = 20_000;

/** What a bridge needs. */
interface Parts {
  readonly worker: Worker;
  readonly url: string;
  /** 1 as soon as the answer that a thread blocks for is in `answers`. */
  readonly answered: Int32Array;
  readonly answers: MessagePort;
  /** The proxy for an object of the page. */
  readonly find: (handle: Handle) => unknown;
  /** Turns an error of the page into one of this process. */
  readonly toError: (error: unknown) => Error;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls objects in a page. Some answers are needed at once, such as that of the seam's `write`: for those this thread blocks. */
export class Bridge {
  /** The URL of the page. */
  readonly url: string;
  readonly #parts: Parts;
  readonly #waiting = new Map<number, Waiting>();
  #ids = 0;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.url = parts.url;
    parts.worker.on('message', (text: string) => this.#settle(this.#read(text)));
  }

  /** Bundles the page and serves it. */
  static async serve({ find, toError }: Pick<Parts, 'find' | 'toError'>): Promise<Bridge> {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
      conditions: ['@grapevine/source'],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      keepNames: true,
      write: false,
    });
    const { port1: answers, port2 } = new MessageChannel();
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL('bridge-worker.mjs', import.meta.url), {
      workerData: { script: outputFiles[0]?.text, answered, answers: port2 },
      transferList: [port2],
    });
    const [port] = await once(worker, 'message');
    return new Bridge({ worker, url: `http://127.0.0.1:${port}/`, answered, answers, find, toError });
  }

  /** The result of a method, or the value of a property. Blocks this thread until it is here. */
  now(on: number, name: string, ...args: readonly unknown[]): unknown {
    const { answered, answers, toError } = this.#parts;
    Atomics.store(answered, 0, 0);
    this.#send({ id: -++this.#ids, on, name, args, answer: 'now' });
    if (Atomics.wait(answered, 0, 0, PATIENCE_MS) === 'timed-out') throw new Error(`the page does not answer ${name}`);
    const { error, value } = this.#read(receiveMessageOnPort(answers)?.message as string);
    if (error !== undefined) throw toError(error);
    return value;
  }

  /** The result of a promise that a method returns, or a property is. */
  later(on: number, name: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#ask({ on, name, args, answer: 'later' });
  }

  /** The next item of the iterable that a method returns. */
  next(on: number, name: string): Promise<unknown> {
    return this.#ask({ on, name, args: [], answer: 'next' });
  }

  async close(): Promise<void> {
    await this.#parts.worker.terminate();
  }

  #ask(call: Omit<Call, 'id'>): Promise<unknown> {
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, ...call });
    });
  }

  #send(call: Call): void {
    const noMethods = (): never => {
      throw new TypeError('an object with methods cannot go into the page');
    };
    this.#parts.worker.postMessage(serialize(call, noMethods));
  }

  #read(text: string): Answer {
    return deserialize(text, this.#parts.find) as Answer;
  }

  #settle({ id, error, value }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(this.#parts.toError(error));
  }
}
