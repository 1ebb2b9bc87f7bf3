import { isBytes } from '@grapevine/postcard';
import { describe } from './describe.js';

/** Refuses a value that is not what it should be. @throws TypeError, RangeError that name it and say what it should be */
export type Check = (name: string, value: unknown) => void;

function wrongType(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${expected}, got ${describe(value)}`);
}

/** A text. */
export const aString: Check = (name, value) => {
  if (typeof value !== 'string') throw wrongType(name, 'a string', value);
};

/** True or false. */
export const aBoolean: Check = (name, value) => {
  if (typeof value !== 'boolean') throw wrongType(name, 'true or false', value);
};

/** A function. */
export const aFunction: Check = (name, value) => {
  if (typeof value !== 'function') throw wrongType(name, 'a function', value);
};

/** A Uint8Array; a Buffer is one. */
export const someBytes: Check = (name, value) => {
  if (!isBytes(value)) throw wrongType(name, 'a Uint8Array', value);
};

/** What `AbortController.signal` and `AbortSignal.timeout` give. */
export const aSignal: Check = (name, value) => {
  const { aborted, addEventListener } = Object(value) as { aborted?: unknown; addEventListener?: unknown };
  if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function') {
    throw wrongType(name, 'an AbortSignal', value);
  }
};

/** Anything. Only for values that are checked elsewhere. */
export const anything: Check = () => {};

/** A number that is right. @param expected what it should be, in words */
function aNumberThat(expected: string, isRight: (value: number) => boolean): Check {
  return (name, value) => {
    if (typeof value !== 'number') throw wrongType(name, expected, value);
    if (!isRight(value)) throw new RangeError(`${name} must be ${expected}, got ${value}`);
  };
}

/** A whole number within bounds. */
export function anInteger(min: number, max: number = Number.MAX_SAFE_INTEGER): Check {
  const bounds = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return aNumberThat(`a whole number ${bounds}`, (value) => Number.isInteger(value) && value >= min && value <= max);
}

/** A number that is no smaller, and finite. */
export function atLeast(min: number): Check {
  return aNumberThat(`a number of at least ${min}`, (value) => value >= min && value <= Number.MAX_SAFE_INTEGER);
}

/** A duration is finite and above zero: a timer without delay would be due again for ever. */
export const aDuration: Check = aNumberThat(
  'a number above 0',
  (value) => value > 0 && value <= Number.MAX_SAFE_INTEGER,
);

/** One of a few words. */
export function oneOf(...words: readonly string[]): Check {
  const expected = words.map((word) => JSON.stringify(word)).join(' or ');
  return (name, value) => {
    if (typeof value !== 'string') throw wrongType(name, expected, value);
    if (!words.includes(value)) throw new RangeError(`${name} must be ${expected}, got ${describe(value)}`);
  };
}

/** An object with these methods, and maybe more. @param what it is called, with its article */
export function anObjectWith(what: string, ...methods: readonly string[]): Check {
  return (name, value) => {
    const found = Object(value) as Record<string, unknown>;
    const missing = methods.find((method) => typeof found[method] !== 'function');
    if (value === null || value === undefined || missing !== undefined) {
      const lack = missing !== undefined && typeof value === 'object' && value !== null ? ` without ${missing}()` : '';
      throw new TypeError(`${name} must be ${what}, got ${describe(value)}${lack}`);
    }
  };
}

/** An array, each of whose items passes. */
export function anArrayOf(what: string, item: Check): Check {
  return (name, value) => {
    if (!Array.isArray(value)) throw wrongType(name, `an array of ${what}`, value);
    for (const [i, one] of value.entries()) item(`${name}[${i}]`, one);
  };
}
