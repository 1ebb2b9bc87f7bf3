import type { CertificateConnection } from '@grapevine/net/quic';
import type { PendingBytes } from './item-reader.js';
import { CloseCode } from './protocol.js';

/** Counts the unfinished items of all streams of a connection, and closes it when they take more than `limit()` bytes. */
export function boundedPending(connection: CertificateConnection, limit: () => number): PendingBytes {
  let pendingBytes = 0;
  return {
    add(bytes) {
      pendingBytes += bytes;
      if (pendingBytes > limit()) connection.close(CloseCode.tooMany, 'too many large items at once');
    },
  };
}
