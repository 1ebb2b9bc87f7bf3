/**
 * Whether a value is a `Uint8Array`, whichever realm made it: in a test runner or a `vm` context the class is another one, and `instanceof` says no.
 *
 * @example
 * ```ts
 * isBytes(new TextEncoder().encode('hi')); // true
 * isBytes([104, 105]); // false
 * ```
 */
export function isBytes(value: unknown): value is Uint8Array {
  // A proxy is no view. The second answer is the quick one. The tag is that of the built-in getter, which subclasses inherit.
  return (
    ArrayBuffer.isView(value) &&
    (value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]')
  );
}
