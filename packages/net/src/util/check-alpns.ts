import { anArrayOf, type Check } from '@grapevine/proto/check';
import { utf8Length } from './bytes.js';

/** One protocol name. */
export const anAlpn: Check = (name, value) => {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, not ${typeof value}`);
  const length = utf8Length(value);
  if (length < 1 || length > 255) {
    throw new RangeError(`${name} must have 1 to 255 bytes, ${JSON.stringify(value)} has ${length}`);
  }
};

/** Several of them. */
export const someAlpns: Check = anArrayOf('strings', anAlpn);

/** Protocol names as TLS takes them: 1 to 255 bytes (RFC 7301, section 3.1). @throws TypeError, RangeError */
export function checkAlpns(alpns: readonly string[]): readonly string[] {
  someAlpns('alpns', alpns);
  return [...new Set(alpns)];
}
