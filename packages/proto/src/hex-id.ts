import { array32, mapped, type Schema } from '@grapevine/postcard';
import { fromHex32, toHex } from './hex.js';

/**
 * 32 raw bytes on the wire, 64 lower-case hex digits in the program: how topics and endpoints are named. Any 32 bytes
 * pass; whoever needs more (an endpoint id must be a curve point) wraps this in `mapped`.
 */
export const hexId32: Schema<string> = mapped(array32, { decode: toHex, encode: fromHex32 });
