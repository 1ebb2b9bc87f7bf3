import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The first step of a case after which the crate's outputs differ from ours. */
export interface CrateAnswer {
  /** The number of the step. */
  readonly step: number;
  /** The outputs as bytes, or what the crate said when it panicked. */
  readonly outputs: Uint8Array | { readonly panic: string };
}

interface Question {
  readonly resolve: (answer: CrateAnswer | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** The program of ../../../interop/fuzz. It reads cases, and answers each with a line, in order. */
export class Crate {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #questions: Question[] = [];
  #complaint = '';

  constructor(program: string) {
    this.#child = spawn(program, [], { stdio: ['pipe', 'pipe', 'pipe'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) =>
      this.#questions.shift()?.resolve(answerOf(line)),
    );
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#complaint += text.toString();
    });
    this.#child.stdin.on('error', () => {}); // 'close' has the reason
    this.#child.on('error', (error) => this.#fail(error));
    this.#child.on('close', (code) => this.#fail(new Error(`${program} ended with ${code} ${this.#complaint}`)));
  }

  /** Where the crate's outputs differ from ours in a case; `undefined` when they do not. */
  compare(encoded: Uint8Array): Promise<CrateAnswer | undefined> {
    return new Promise((resolve, reject) => {
      this.#questions.push({ resolve, reject });
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, encoded.length, true);
      this.#child.stdin.write(length);
      this.#child.stdin.write(encoded);
    });
  }

  close(): void {
    this.#child.stdin.end();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#questions.splice(0)) reject(error);
  }
}

function answerOf(line: string): CrateAnswer | undefined {
  if (line === 'same') return undefined;
  const [step = '', ...rest] = line.split(' ');
  const [first = ''] = rest;
  const outputs = first === 'panic' ? { panic: rest.slice(1).join(' ') } : Uint8Array.from(Buffer.from(first, 'hex'));
  return { step: Number(step), outputs };
}
