import { isIP } from 'node:net';

/**
 * Whether a `Host` header can only be of somebody who means this machine: an address, `localhost`, or a name that its operator has given. A hostile
 * page can have its own name lead to a loopback address once it is loaded, and read then what is served there (DNS rebinding).
 */
export function isOurs(host: string | undefined, names: readonly string[]): boolean {
  const [, v6, name = ''] = /^(?:\[([^\]]+)\]|([^:@/]+))(?::\d+)?$/.exec(host?.toLowerCase() ?? '') ?? [];
  if (v6 !== undefined) return isIP(v6) === 6;
  return isIP(name) === 4 || name === 'localhost' || name.endsWith('.localhost') || names.includes(name);
}

/** Whether a socket has come in at an address of this machine alone. */
export function isLocal(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}
