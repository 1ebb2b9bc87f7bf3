/** 0 to 255 without leading zeros. */
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const GROUP = /^[0-9a-f]{1,4}$/i;

/** Whether a text is an IPv4 address as `node:net` takes it: four decimal numbers. */
export function isIPv4(text: string): boolean {
  return IPV4.test(text);
}

/** Whether a text is an IPv6 address (RFC 4291, section 2.2), without a zone. */
export function isIPv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const endsInIPv4 = last !== undefined && text.endsWith(last) && isIPv4(last);
  const hex = endsInIPv4 ? groups.slice(0, -1) : groups;
  const count = groups.length + (endsInIPv4 ? 1 : 0);
  return hex.every((group) => GROUP.test(group)) && (halves.length === 2 ? count < 8 : count === 8);
}
