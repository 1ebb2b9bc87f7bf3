/** Protocol names as TLS takes them: 1 to 255 bytes (RFC 7301, section 3.1). @throws TypeError, RangeError */
export function checkAlpns(alpns: readonly string[]): readonly string[] {
  if (!Array.isArray(alpns)) throw new TypeError('alpns must be an array of strings');
  for (const alpn of alpns) {
    if (typeof alpn !== 'string') throw new TypeError(`an ALPN must be a string, not ${typeof alpn}`);
    const { length } = Buffer.from(alpn);
    if (length < 1 || length > 255)
      throw new RangeError(`an ALPN must have 1 to 255 bytes, ${JSON.stringify(alpn)} has ${length}`);
  }
  return [...new Set(alpns)];
}
