// Nobody in the network may steer somebody else's terminal.

/** C0 controls other than the tab. */
const C0 = '\\u0000-\\u0008\\u000a-\\u001f';
/** DEL and the C1 controls; the marks that end lines and reorder text. */
const OTHERS = '\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069';

const UNSAFE = new RegExp(`[${C0}${OTHERS}]`, 'g');
const UNSAFE_IN_JSON = new RegExp(`[${OTHERS}]`, 'g');

/** A text from the network as one safe line. */
export function printable(text: string): string {
  return text.replace(/[\r\n]+$/, '').replace(UNSAFE, '\ufffd');
}

/**
 * A value from the network as JSON in which what could steer a terminal is escaped: the same value.
 *
 * @param replacer, space - as for `JSON.stringify`
 */
export function printableJson(
  value: unknown,
  replacer?: (key: string, value: unknown) => unknown,
  space?: number,
): string {
  return JSON.stringify(value, replacer, space).replace(
    UNSAFE_IN_JSON,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
