import type { Reader, Schema, Writer } from '@grapevine/postcard';
import { checkHex32, toHex, writeHex32 } from './hex.js';

/**
 * 32 raw bytes on the wire, 64 lower-case hex digits in the program: how topics and endpoints are named. Any 32 bytes
 * pass; whoever needs more (an endpoint id must be a curve point) wraps this in `mapped`.
 */
export const hexId32: Schema<string> = {
  minLength: 32,
  size(value) {
    checkHex32(value);
    return 32;
  },
  write(writer: Writer, value) {
    writeHex32(value, writer.bytes, writer.offset);
    writer.offset += 32;
  },
  read(reader: Reader) {
    const start = reader.skip(32);
    return toHex(reader.bytes, start, start + 32);
  },
};
