/** What is left of bytes that were transferred to a worker. */
export function transferredAway(): Uint8Array {
  const bytes = new Uint8Array(3);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

/** Wrong values, by what an argument should be. `undefined` is one of them where an argument must be given. */
export const WRONG = {
  text: [undefined, null, 7, {}, ['x']],
  bytes: [undefined, null, 'x', 7, [1], {}, new Proxy(new Uint8Array(3), {})],
  bytes32: [undefined, null, 'x', [1], {}, new Uint8Array(31), new Uint8Array(33)],
  whole: [undefined, null, '1', Number.NaN, -1, {}],
  number: [undefined, null, '1', {}],
  array: [undefined, null, 7, 'x', {}],
  object: [undefined, null, 7, 'x'],
  function: [undefined, null, 7, 'x', {}],
  schema: [undefined, null, 7, 'x', {}],
  id: [undefined, null, 7, 'bob', {}],
  options: [null, 7, 'fast', [1], { misspelt: 1 }],
  signal: [null, 7, 'x', {}],
} as const;

export type Kind = keyof typeof WRONG;
