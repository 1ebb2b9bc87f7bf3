import { createHash } from 'node:crypto';

/** Longest message, header included, that crosses a swarm at default settings. */
export const MAX_MESSAGE = 4055;

/** number u32 · time f64 · length u16 */
export const HEADER_LENGTH = 14;

/** A line as it travels: two lines that read the same are still two messages, because the number differs. */
export interface NumberedLine {
  readonly number: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly sentAt: number;
  readonly line: Buffer;
}

/** The lines of a file, without their line feeds. A line feed at the end begins no further line. */
export function splitLines(content: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < content.length; ) {
    const end = content.indexOf(0x0a, at);
    lines.push(content.subarray(at, end === -1 ? content.length : end));
    at = end === -1 ? content.length : end + 1;
  }
  return lines;
}

/** Header, line, and zeros up to `size`. */
export function encodeLine({ number, sentAt, line }: NumberedLine, size: number): Buffer {
  const message = Buffer.alloc(Math.max(size, HEADER_LENGTH + line.length));
  message.writeUInt32LE(number, 0);
  message.writeDoubleLE(sentAt, 4);
  message.writeUInt16LE(line.length, 12);
  line.copy(message, HEADER_LENGTH);
  return message;
}

export function decodeLine(message: Uint8Array): NumberedLine {
  const buffer = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  return {
    number: buffer.readUInt32LE(0),
    sentAt: buffer.readDoubleLE(4),
    line: buffer.subarray(HEADER_LENGTH, HEADER_LENGTH + buffer.readUInt16LE(12)),
  };
}

/** SHA-256 over all lines in order, each with a line feed. A line that is missing makes it differ. */
export function hashLines(lines: readonly (Buffer | undefined)[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line ?? '\0missing\0').update('\n');
  return hash.digest('hex');
}

/** Wall-clock time with fractions of a millisecond, the same for all processes of a machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
