import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { rustProgram } from './rust-program.js';
import type { Json } from './serde-json.js';

/** A value as the published crates have it. */
export interface RustVector {
  readonly kind: string;
  /** `named`: from the wire reference. `random`: seeded. `captured`: what the crate sent over a real connection. */
  readonly source: 'named' | 'random' | 'captured';
  readonly name?: string;
  /** The bytes alone. */
  readonly hex: string;
  /** The bytes on a stream, where they differ. */
  readonly framed?: string;
  /** serde's description. */
  readonly json: Json;
  /** The text form of tickets. */
  readonly text?: string;
  /** Signed chat messages: the author's key and what was signed. */
  readonly secret?: string;
  readonly message?: Json;
}

/** A question to the crates about bytes. */
export interface Question {
  readonly kind: string;
  readonly hex: string;
  /** With it, the answer says whether the bytes are those of this value. */
  readonly json?: Json;
  readonly text?: string;
}

/** The answer: the value and its bytes written again, or why there is none. */
export type Answer =
  | {
      readonly json: Json;
      readonly hex: string;
      readonly equal?: boolean;
      readonly difference?: string;
      /** Signed chat messages only. */
      readonly verified?: boolean;
    }
  | { readonly error: string };

/** Runs the program to its end. */
async function run(args: readonly string[], input: string): Promise<Json[]> {
  const child = spawn(rustProgram(), args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // its exit code has the reason
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0)
    throw new Error(`grapevine-peer ${args.join(' ')} ended with ${code}\n${stdout.slice(-1000)}${stderr}`);
  return stdout.trimEnd().split('\n').map(parse);
}

/** Turns long numbers in JSON into strings, which `BigInt` reads, too: ids of custom addresses have 64 bits. */
function parse(line: string): Json {
  return JSON.parse(line.replace(/"id":(\d{16,})/g, '"id":"$1"'));
}

/** Vectors of all kinds: those of the wire reference, `count` random ones of each variant, recordings of real streams. */
export async function rustVectors(options: { readonly seed: number; readonly count: number }): Promise<RustVector[]> {
  const lines = await run(['vectors', `--seed=${options.seed}`, `--count=${options.count}`], '');
  return lines.filter(({ kind }) => kind !== undefined);
}

/** How the crates read these bytes, one answer for each question. */
export async function askRust(questions: readonly Question[]): Promise<Answer[]> {
  const answers = await run(['check'], questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  if (answers.length !== questions.length) {
    throw new Error(`${questions.length} questions got ${answers.length} answers`);
  }
  return answers;
}
