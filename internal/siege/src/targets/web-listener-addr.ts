import { createHash } from 'node:crypto';
import { parseSocketAddr } from '@grapevine/net';
import { webAddrs } from '@grapevine/web';
import type { WebListener } from '@grapevine/web/listener';
import type { PinnedListener } from '../messages.js';

export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** Where a listener for browsers is. */
export function webListenerAddr(listener: WebListener): PinnedListener {
  const [addr] = webAddrs(listener.addr().addrs);
  const [certificateHash] = addr?.hashes ?? [];
  if (!addr || !certificateHash) throw new Error('the listener has no address');
  return { addr: parseSocketAddr(addr.authority), certificateHash };
}
