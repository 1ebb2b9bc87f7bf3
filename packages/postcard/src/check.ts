import { isBytes } from './is-bytes.js';
import type { Schema } from './schema.js';

/** @throws TypeError that names what should be a schema */
export function checkSchema(name: string, value: Schema<unknown>): void {
  if (typeof value?.read !== 'function') throw wrongType(name, 'a Schema', value);
}

/** @throws TypeError that names what should be bytes */
export function checkBytes(name: string, value: unknown): void {
  if (!isBytes(value)) throw wrongType(name, 'a Uint8Array', value);
}

/** @throws TypeError that names what should have fields */
export function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw wrongType(name, 'an object', value);
}

/** @throws TypeError that names what should be an array */
export function checkArray(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw wrongType(name, 'an array', value);
}

/** @throws RangeError that names what should be a whole number */
export function checkWhole(name: string, value: unknown): void {
  if (!(Number.isInteger(value) && (value as number) >= 0))
    throw new RangeError(`${name} must be a whole number of at least 0, got ${String(value)}`);
}

export function wrongType(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${expected}, got ${value === null ? 'null' : typeof value}`);
}
