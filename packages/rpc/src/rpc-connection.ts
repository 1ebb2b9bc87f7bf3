import type { BiStream, CloseReason } from '@grapevine/net';
import type { CertificateConnection } from '@grapevine/net/quic';
import { decode } from '@grapevine/postcard';
import { ItemTooLargeError, RpcProtocolError } from './errors.js';
import { ItemReader, isEnd } from './item-reader.js';
import { type JoinHost, MAX_PEERS_BYTES, serveJoin } from './join-stream.js';
import type { PendingItems } from './pending-bytes.js';
import { CloseCode, MAX_ITEM, REQUEST_TOO_LARGE, StreamCode } from './protocol.js';
import type { TopicRequest, TopicWire } from './topic-wire.js';

/** Bytes of unfinished items that one connection may bring; where the node takes long messages, some more, but no more than two of the longest items. */
const PENDING_BYTES = 4 << 20;
const PENDING_MESSAGES = 16;
const MAX_PENDING_BYTES = 2 * MAX_ITEM;

/** Answers the streams of one client: each is a request to join a topic. Resolves when the connection is over. */
export async function serveRpcConnection(
  connection: CertificateConnection,
  items: PendingItems,
  host: JoinHost,
): Promise<CloseReason> {
  let isAccepting = true;
  let open = 0;

  const pending = items.of(connection, () =>
    Math.min(MAX_PENDING_BYTES, PENDING_BYTES + PENDING_MESSAGES * (host.progress.maxContentLength ?? 0)),
  );

  async function serve(stream: BiStream): Promise<void> {
    const reader = new ItemReader(stream.recv, { pending });
    let request: TopicRequest;
    try {
      request = await readRequest(reader, host.wire);
    } catch (error) {
      if (!isEnd(error)) host.lost('bad-request');
      if (error instanceof ItemTooLargeError) return connection.close(CloseCode.requestTooLarge, REQUEST_TOO_LARGE);
      // As in irpc: no more requests are read from this connection, and it ends with its subscriptions.
      isAccepting = false;
      host.logger.debug({ error: String(error) }, 'a remote client sent no request');
      return refuse(stream);
    }
    await serveJoin(request, stream, reader, host);
  }

  for await (const stream of connection.acceptBi()) {
    if (!isAccepting) {
      refuse(stream);
      continue;
    }
    open++;
    void serve(stream)
      .catch((error) => host.logger.error({ error: String(error) }, 'a subscription of a remote client failed'))
      .finally(() => {
        open--;
        if (open === 0 && !isAccepting) connection.close(CloseCode.none);
      });
  }
  return await connection.closed;
}

async function readRequest(reader: ItemReader, { request }: TopicWire): Promise<TopicRequest> {
  const length = await reader.nextLength();
  if (length === undefined) throw new RpcProtocolError('the stream ends before the request');
  if (length > MAX_PEERS_BYTES) throw new RpcProtocolError(`a request of ${length} bytes`);
  return decode(request, await reader.body(length));
}

function refuse({ send, recv }: BiStream): void {
  recv.stop(StreamCode.none);
  send.reset(StreamCode.none);
}
