import type { Status } from './protocol.js';

/** A row of the table. */
export interface Row extends Status {
  readonly name: string;
  readonly state: 'publishing' | 'receiving' | 'complete' | 'killed';
}

/** What the view shows. */
export interface Progress {
  readonly rows: readonly Row[];
  readonly delivered: number;
  readonly expected: number;
}

const BAR_WIDTH = 40;

/** Shows progress: redrawn in place on a terminal, as plain lines elsewhere. */
export interface View {
  say(line: string): void;
  show(progress: Progress): void;
  /** The last state stays on the screen. */
  end(progress: Progress): void;
}

export function createView(out: NodeJS.WriteStream): View {
  return out.isTTY ? new TerminalView(out) : new PlainView(out);
}

class TerminalView implements View {
  readonly #out: NodeJS.WriteStream;
  #drawn = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  say(line: string): void {
    this.#erase();
    this.#out.write(`${line}\n`);
  }

  show(progress: Progress): void {
    const { delivered, expected } = progress;
    const filled = expected === 0 ? 0 : Math.floor((BAR_WIDTH * delivered) / expected);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
    const lines = [...table(progress.rows), `${bar} ${delivered} of ${expected} deliveries`];
    this.#erase();
    const width = this.#out.columns || 80; // 0 where a terminal does not tell
    for (const line of lines) this.#out.write(`${line.slice(0, width - 1)}\n`);
    this.#drawn = lines.length;
  }

  end(progress: Progress): void {
    this.show(progress);
    this.#drawn = 0;
  }

  #erase(): void {
    if (this.#drawn > 0) this.#out.write(`\x1b[${this.#drawn}A\x1b[J`);
    this.#drawn = 0;
  }
}

class PlainView implements View {
  readonly #out: NodeJS.WriteStream;
  #tenths = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  say(line: string): void {
    this.#out.write(`${line}\n`);
  }

  show({ delivered, expected }: Progress): void {
    const tenths = expected === 0 ? 0 : Math.floor((10 * delivered) / expected);
    if (tenths <= this.#tenths) return;
    this.#tenths = tenths;
    this.say(`${10 * tenths} %: ${delivered} of ${expected} deliveries`);
  }

  end(progress: Progress): void {
    for (const line of table(progress.rows)) this.say(line);
  }
}

/** The rows as aligned text. */
export function table(rows: readonly Row[]): string[] {
  const header = ['node', 'state', 'neighbors', 'delivered', 'duplicates', 'redundant', 'hops', 'p50 ms', 'p99 ms'];
  const cells = rows.map((row) => [
    row.name,
    row.state,
    String(row.neighbors),
    String(row.lines),
    String(row.duplicated),
    String(row.redundant),
    String(row.hops),
    row.p50Ms.toFixed(1),
    row.p99Ms.toFixed(1),
  ]);
  const widths = header.map((name, i) => Math.max(name.length, ...cells.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return [header, ...cells].map(line);
}
