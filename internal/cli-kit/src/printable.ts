/** C0 and C1 controls other than the tab, and the marks that reorder text: nobody may steer somebody else's terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const UNSAFE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A text from the network as one safe line. */
export function printable(text: string): string {
  return text.replace(/[\r\n]+$/, '').replace(UNSAFE, '\ufffd');
}
