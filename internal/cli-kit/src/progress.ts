import { stderr } from './standard-streams.js';

const WIDTH = 30;
/** A command that ends within this time shows no bar, in milliseconds. */
const SHORT = 500;
/** The shortest time between two moves of a bar, in milliseconds. */
const STEP = 50;

/** How far a command is: a bar that moves on a terminal, a line for each finished part otherwise. On stderr. */
export interface Progress {
  /** From 0 to 1. */
  update(share: number): void;
  /** What has been done so far, where nobody knows how much there is: instead of a share. */
  tell(text: string): void;
  /** Something is finished that deserves a line. */
  line(text: string): void;
  /** Nothing more will come. */
  end(): void;
}

export function createProgress(stream: NodeJS.WriteStream = stderr()): Progress {
  return stream.isTTY ? new Bar(stream) : new Lines(stream);
}

class Bar implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #start = performance.now();
  #share = 0;
  #text: string | undefined;
  #drawn = this.#start;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  update(share: number): void {
    this.#share = share;
    if (performance.now() - this.#drawn >= STEP) this.#draw();
  }

  tell(text: string): void {
    this.#text = text;
    if (performance.now() - this.#drawn >= STEP) this.#draw();
  }

  line(text: string): void {
    this.#stream.write(`\r\x1b[K${text}\n`);
    this.#draw();
  }

  end(): void {
    this.#stream.write('\r\x1b[K');
  }

  #draw(): void {
    const now = performance.now();
    if (now - this.#start < SHORT) return;
    this.#drawn = now;
    this.#stream.write(`\r\x1b[K${this.#text ?? this.#bar()}`);
  }

  #bar(): string {
    const full = Math.round(this.#share * WIDTH);
    const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
    return `${bar} ${Math.floor(this.#share * 100)} %${this.#remaining()}`;
  }

  #remaining(): string {
    if (this.#share < 0.02) return '';
    const elapsed = (performance.now() - this.#start) / 1000;
    return `, about ${Math.ceil((elapsed / this.#share) * (1 - this.#share))} s to go`;
  }
}

/** The longest silence in a log while a part goes on, in milliseconds. */
const SILENCE = 10_000;

class Lines implements Progress {
  readonly #stream: NodeJS.WriteStream;
  #last = performance.now();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  update(share: number): void {
    this.tell(`${Math.floor(100 * share)} %`);
  }

  tell(text: string): void {
    if (performance.now() - this.#last >= SILENCE) this.line(text);
  }

  line(text: string): void {
    this.#last = performance.now();
    this.#stream.write(`${text}\n`);
  }

  end(): void {}
}
