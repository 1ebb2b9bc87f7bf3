import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fileProblem, integer, parseArguments, UsageError } from '@grapevine/cli-kit';
import { HEADER_LENGTH, MAX_MESSAGE, splitLines } from './lines.js';

export const HELP = `Starts a swarm of processes on loopback QUIC, publishes every line of a file from the first one, and checks
that every other one receives each line exactly once.

Usage: npm start -- [options]

  --file PATH   the file whose lines are published      (default: the README)
  --nodes N     how many processes, 2 to 100            (default: 5)
  --rate N      lines per second, 0 for all at once     (default: 100)
  --size BYTES  pad each message to at least this size  (default: no padding)
  --kill-one    kill -9 one receiver in the middle
  --json        end with one JSON object on stdout
  --help        this text

Exit code: 0 if every line reached every living process exactly once, 1 if not, 2 for bad input, 130 after Ctrl-C.`;

export interface SwarmOptions {
  readonly file: string;
  readonly lines: readonly Buffer[];
  readonly nodes: number;
  readonly rate: number;
  readonly size: number;
  readonly killOne: boolean;
  readonly json: boolean;
}

/** @returns undefined when help was asked for @throws UsageError */
export function parseOptions(args: string[]): SwarmOptions | undefined {
  const { values } = parseArguments({
    args,
    options: {
      file: { type: 'string' },
      nodes: { type: 'string' },
      rate: { type: 'string' },
      size: { type: 'string' },
      'kill-one': { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const file = values.file ?? fileURLToPath(new URL('../../../README.md', import.meta.url));
  const size = integer('--size', values.size ?? '0', 0, MAX_MESSAGE);
  const lines = readLines(file);
  const tooLong = lines.findIndex((line) => line.length > MAX_MESSAGE - HEADER_LENGTH);
  if (tooLong !== -1) {
    throw new UsageError(
      `line ${tooLong + 1} of ${file} has ${lines[tooLong]?.length} bytes, a message takes at most ${MAX_MESSAGE - HEADER_LENGTH}`,
    );
  }
  return {
    file,
    lines,
    nodes: integer('--nodes', values.nodes ?? '5', values['kill-one'] ? 3 : 2, 100),
    rate: integer('--rate', values.rate ?? '100', 0, 1_000_000),
    size,
    killOne: values['kill-one'] ?? false,
    json: values.json ?? false,
  };
}

function readLines(file: string): Buffer[] {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (error) {
    throw new UsageError(fileProblem('read', file, error));
  }
  const lines = splitLines(content);
  if (lines.length === 0) throw new UsageError(`${file} has no lines`);
  return lines;
}
