import { createReadStream, fstatSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileProblem, UsageError } from '@grapevine/cli-kit';

const LF = 0x0a;
const CR = 0x0d;

/** Bytes from a file or from stdin. */
export interface Input {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** How many there will be, where that is known. */
  readonly size: number | undefined;
  /** Reads no more: a terminal that says nothing would keep the process up. */
  close(): void;
}

/** An input that is known already. */
export function inputOf(text: string): Input {
  const bytes = Buffer.from(text);
  return { chunks: Readable.from([bytes]), size: bytes.length, close() {} };
}

/** A message of an input that is longer than a message may be. */
class MessageTooLongError extends Error {
  constructor(place: string, limit: number) {
    super(`${place} is longer than a message may be: ${limit} bytes`);
  }
}

/** @param path a file; undefined or `-` for stdin. @throws UsageError that names a file which can't be read */
export function openInput(path: string | undefined): Input {
  if (path === undefined || path === '-') {
    const { isFile, size } = statOf(() => fstatSync(0));
    return { chunks: process.stdin, size: isFile ? size : undefined, close: () => process.stdin.destroy() };
  }
  try {
    const { isFile, isFolder, size } = statOf(() => statSync(path));
    if (isFolder) throw new UsageError(`${path} is a folder`);
    const stream = createReadStream(path);
    return { chunks: stream, size: isFile ? size : undefined, close: () => stream.destroy() };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(fileProblem('read', path, error));
  }
}

function statOf(stat: () => ReturnType<typeof statSync> & {}) {
  const found = stat();
  return { isFile: found.isFile(), isFolder: found.isDirectory(), size: Number(found.size) };
}

/**
 * The lines of an input, without their ends (LF or CRLF), as they come. Keeps no more than one line.
 *
 * @throws MessageTooLongError that names the line
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  let line = 1;
  const tooLong = () => new MessageTooLongError(`line ${line}`, limit);
  const checked = (content: Uint8Array): Uint8Array => {
    const bare = content.at(-1) === CR ? content.subarray(0, -1) : content;
    if (bare.length > limit) throw tooLong();
    line++;
    return bare;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      const piece = chunk.subarray(from, end);
      yield checked(rest.length > 0 ? Buffer.concat([rest, piece]) : piece);
      rest = new Uint8Array();
      from = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    if (rest.length > limit + 1) throw tooLong(); // with a CR that may be the line's end
  }
  if (rest.length > 0) yield checked(rest);
}

/** An input as one message. @throws MessageTooLongError that names it */
export async function* wholeOf(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    checkWhole(length, limit);
  }
  yield Buffer.concat(parts);
}

/** @throws MessageTooLongError when an input of so many bytes is too long for one message */
export function checkWhole(bytes: number, limit: number): void {
  if (bytes > limit) throw new MessageTooLongError('the input', limit);
}
