/**
 * stdout, for commands that may write much. Where nobody reads for a while (`| less`), writing waits, and everything else goes on. A
 * reader that has gone away (`| head`) is no failure.
 */
export class Output {
  /** Aborted when nobody reads any more. */
  readonly gone: AbortSignal;
  readonly #stream = process.stdout;
  readonly #gone = new AbortController();
  #failure: Error | undefined;

  constructor() {
    this.gone = this.#gone.signal;
    this.#stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') this.#gone.abort();
      else this.#failure = new Error(`can't write to stdout: ${error.message}`);
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

  #check(): void {
    if (this.#failure) throw this.#failure;
  }
}
