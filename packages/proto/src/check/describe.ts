/** What a value is, for the message of an error: its kind, or itself where it is short and no secret. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'string':
      return value.length <= 32 ? JSON.stringify(value) : `a string of ${value.length} characters`;
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    case 'object':
      return value === null ? 'null' : describeObject(value);
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `${kindOf(value)} of ${value.byteLength} bytes`;
  return kindOf(value);
}

function kindOf(value: object): string {
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object';
  return `${/^([AEIO]|U(?!int))/.test(name) ? 'an' : 'a'} ${name}`;
}
