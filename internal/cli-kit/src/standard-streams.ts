/**
 * stdout, for programs that print. Where nobody reads for a while (`| less`), writing waits, and everything else goes on. A reader that has
 * gone away (`| head`) is no failure: what is written then is dropped.
 */
class Output {
  /** Aborted when stdout takes nothing any more: its reader has gone away, or writing has failed. */
  readonly gone: AbortSignal;
  readonly #stream = process.stdout;
  readonly #gone = new AbortController();
  #failure: Error | undefined;

  constructor() {
    this.gone = this.#gone.signal;
    this.#stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') this.#failure ??= new Error(`can't write to stdout: ${error.message}`);
      this.#gone.abort();
    });
  }

  /** Resolves when there is room for more. @throws Error naming stdout: a full disk, say */
  async write(chunk: string | Uint8Array): Promise<void> {
    this.#check();
    if (!this.gone.aborted && !this.#stream.write(chunk)) await this.flush();
  }

  /** Resolves when everything is written. @throws as {@link Output.write} */
  async flush(): Promise<void> {
    if (!this.gone.aborted) await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
    this.#check();
  }

  /** Writes a line, and waits until it is there. @throws as {@link Output.write} */
  async line(text: string): Promise<void> {
    await this.write(`${text}\n`);
    await this.flush();
  }

  /** Writes without waiting, for little text. A failure is told when the program ends. */
  put(text: string): void {
    if (!this.gone.aborted) this.#stream.write(text);
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
  }
}

let output: Output | undefined;
let errors: NodeJS.WriteStream | undefined;

/**
 * This process's stdout. Opened by the first who asks, because Node makes a pipe non-blocking when it opens it: a program that logs there by
 * itself, synchronously, must not ask.
 */
export function stdout(): Output {
  output ??= new Output();
  return output;
}

/** This process's stderr. Where it takes nothing, nobody is left who could be told. */
export function stderr(): NodeJS.WriteStream {
  errors ??= process.stderr.on('error', () => {});
  return errors;
}

/** Waits until all that was printed is written. @throws as {@link Output.write} */
export async function flushStdout(): Promise<void> {
  await output?.flush();
}
