export { array32, bytes, string } from './bytes.js';
export { decode, decodeWithRest, encode, encodedLength, encodeInto } from './codec.js';
export { type EnumOf, type EnumSchema, enumOf, type Variants } from './enum-of.js';
export {
  BadBoolError,
  BadOptionError,
  BadUtf8Error,
  BadVariantError,
  BadVarintError,
  DecodeError,
  type DecodeErrorKind,
  InvalidValueError,
  UnexpectedEndError,
} from './error.js';
export { flatEnum } from './flat-enum.js';
export { isBytes } from './is-bytes.js';
export { type Mapping, mapped } from './mapped.js';
export { bool, u8, u16, u32, u64 } from './number.js';
export { option } from './option.js';
export { Reader } from './reader.js';
export type { Infer, Schema } from './schema.js';
export { seq } from './seq.js';
export { type Fields, type StructOf, struct } from './struct.js';
export { unitEnum } from './unit-enum.js';
export { Writer } from './writer.js';
