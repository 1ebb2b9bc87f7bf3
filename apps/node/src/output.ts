/**
 * stdout, for commands that may write much: a write waits until it was taken. A reader that has gone away (`| head`) is no failure.
 */
export class Output {
  /** Aborted when nobody reads any more. */
  readonly gone: AbortSignal;
  readonly #stream: NodeJS.WritableStream;
  readonly #gone = new AbortController();

  constructor(stream: NodeJS.WritableStream = process.stdout) {
    this.gone = this.#gone.signal;
    this.#stream = stream;
    stream.on('error', () => {}); // each write tells of its own
  }

  /** @throws Error naming stdout: a full disk, say */
  write(chunk: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(chunk, (error) => {
        const { code } = (error ?? {}) as NodeJS.ErrnoException;
        if (!error) return resolve();
        if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') {
          return reject(new Error(`can't write to stdout: ${error.message}`));
        }
        this.#gone.abort();
        resolve();
      });
    });
  }

  line(text: string): Promise<void> {
    return this.write(`${text}\n`);
  }
}
