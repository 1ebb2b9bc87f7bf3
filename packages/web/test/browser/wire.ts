/**
 * The messages with which a test in Node calls objects in a page.
 *
 * @module
 */

/** A call of an object in the page. */
export interface Call {
  readonly id: number;
  /** The number of the object. 0 is the one that the page begins with. */
  readonly on: number;
  readonly name: string;
  readonly args: readonly unknown[];
  /** The answer is: `now`, what it returns; `later`, the result of its promise; `next`, the next item of the iterable that it returns. */
  readonly answer: 'now' | 'later' | 'next';
}

/** The answer to a call. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: unknown;
}

/** A reference to an object of the page. */
export class Handle {
  readonly number: number;
  /** The name of its class. */
  readonly kind: string;
  /** Its plain properties. */
  readonly properties: Readonly<Record<string, unknown>>;

  constructor(number: number, kind = '', properties: Readonly<Record<string, unknown>> = {}) {
    this.number = number;
    this.kind = kind;
    this.properties = properties;
  }
}

/** An error in a message: the name of its class, and its fields. */
export interface RemoteError {
  readonly name: string;
  readonly message: string;
  readonly reason: unknown;
  readonly errorCode: unknown;
}

/** @param keep - gives a number to an object with methods */
export function serialize(value: unknown, keep: (object: object) => number): string {
  return JSON.stringify(tagged(value, keep));
}

function tagged(value: unknown, keep: (object: object) => number): unknown {
  if (value === undefined) return { $: 'undefined' };
  if (typeof value === 'bigint') return { $: 'bigint', value: `${value}` };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array)
    return { $: 'bytes', value: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join('')) };
  if (value instanceof Error) {
    const { name, message, reason, errorCode } = value as Error & { reason?: unknown; errorCode?: unknown };
    return { $: 'error', value: tagged({ name, message, reason, errorCode }, keep) };
  }
  if (value instanceof Handle) return { $: 'handle', number: value.number };
  if (Array.isArray(value)) return value.map((item) => tagged(item, keep));
  if (Object.getPrototypeOf(value) === Object.prototype) return fields(value, keep);
  const plain = Object.entries(value).filter(([, field]) => typeof field !== 'object' && typeof field !== 'function');
  const properties = fields(Object.fromEntries(plain), keep);
  return { $: 'handle', number: keep(value), kind: value.constructor.name, properties };
}

function fields(value: object, keep: (object: object) => number): object {
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, tagged(field, keep)]));
}

/** @param find - what to put in place of a reference */
export function deserialize(text: string, find: (handle: Handle) => unknown): unknown {
  return untagged(JSON.parse(text), find);
}

function untagged(value: unknown, find: (handle: Handle) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => untagged(item, find));
  const { $: tag, ...rest } = value as Record<string, unknown>;
  switch (tag) {
    case 'undefined':
      return undefined;
    case 'bigint':
      return BigInt(rest.value as string);
    case 'bytes':
      return Uint8Array.from(atob(rest.value as string), (char) => char.charCodeAt(0));
    case 'error':
      return untagged(rest.value, find);
    case 'handle':
      return find(handleOf(rest, find));
    default:
      return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, untagged(field, find)]));
  }
}

function handleOf(
  { number, kind, properties = {} }: Record<string, unknown>,
  find: (handle: Handle) => unknown,
): Handle {
  return new Handle(number as number, kind as string, untagged(properties, find) as Record<string, unknown>);
}
