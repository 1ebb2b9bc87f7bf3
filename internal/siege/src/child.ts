import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of the siege in a process of its own, so that its costs are measured apart. */
export class Child<Request> implements Disposable {
  readonly #process: ChildProcess;
  readonly #died: Promise<never>;

  /** @param file in this folder @param args for it, and for Node */
  constructor(file: string, args: readonly string[] = [], execArgv: readonly string[] = []) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    this.#process = fork(path, [...args], { execArgv: [...execArgv], serialization: 'advanced' });
    this.#died = once(this.#process, 'exit').then(([code, signal]) => {
      throw new Error(`${file} has died (${code ?? signal})`);
    });
    this.#died.catch(() => {}); // told to whoever waits for an answer
  }

  /** Its first word. */
  ready<T>(): Promise<T> {
    return this.#answer<T>();
  }

  ask<T>(request: Request): Promise<T> {
    const answer = this.#answer<T>();
    this.#process.send(request as object);
    return answer;
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
  }

  async #answer<T>(): Promise<T> {
    const [result] = (await Promise.race([once(this.#process, 'message'), this.#died])) as [T];
    return result;
  }
}
