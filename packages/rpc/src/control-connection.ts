import type { GossipApi } from '@grapevine/api';
import type { BiStream, Endpoint, Logger } from '@grapevine/net';
import type { CertificateConnection } from '@grapevine/net/quic';
import { decode } from '@grapevine/postcard';
import {
  type ControlRequest,
  type ControlResponse,
  controlRequestSchema,
  controlResponseSchema,
} from './control-wire.js';
import { RpcProtocolError, RpcRefusedError } from './errors.js';
import { ItemReader, isEnd, type PendingBytes } from './item-reader.js';
import { writeItem } from './item-writer.js';
import type { PendingItems } from './pending-bytes.js';
import type { Progress } from './progress.js';
import { StreamCode } from './protocol.js';
import type { OwnTopics } from './server-options.js';

/** Longest request: addresses of some hundreds of peers. */
const MAX_REQUEST = 64 * 1024;
/** Bytes of unfinished requests that one connection may bring: sixteen of the longest. */
const MAX_PENDING_BYTES = 16 * MAX_REQUEST;
/** Longest wait for a client's own items: the queue that they are in may stand still. */
const SETTLE_MS = 2_000;

/** What answering control requests needs. */
export interface ControlHost {
  readonly gossip: GossipApi;
  readonly logger: Logger;
  /** A request can't be read. */
  lost(reason: 'bad-request'): void;
  /** The endpoint of the node, if the server was told. */
  readonly node: Endpoint | undefined;
  readonly onShutdown: (() => void | Promise<void>) | undefined;
  readonly topics: OwnTopics | undefined;
  /** The progress of this client's connection with subscriptions. */
  progress(): Progress | undefined;
}

/** Answers control requests, one on each stream. Resolves when the connection is over. */
export async function serveControlConnection(
  connection: CertificateConnection,
  items: PendingItems,
  host: ControlHost,
): Promise<void> {
  const pending = items.of(connection, () => MAX_PENDING_BYTES);
  for await (const stream of connection.acceptBi()) void serve(stream, pending, host);
  await connection.closed;
}

async function serve({ send, recv }: BiStream, pending: PendingBytes, host: ControlHost): Promise<void> {
  let request: ControlRequest | undefined;
  try {
    const body = await new ItemReader(recv, { pending, maxLength: MAX_REQUEST }).next();
    if (!body) throw new RpcProtocolError('the stream ends before the request');
    request = decode(controlRequestSchema, body);
    const response = await answer(request, host);
    writeItem(send, controlResponseSchema, response);
    send.finish();
  } catch (error) {
    if (!request && !isEnd(error)) host.lost('bad-request');
    host.logger.debug({ error: String(error) }, 'a control request was not answered');
    send.reset(StreamCode.none); // does nothing after a reset with a better code
  } finally {
    recv.stop(StreamCode.none);
  }
}

async function answer(request: ControlRequest, host: ControlHost): Promise<ControlResponse> {
  const { gossip, node } = host;
  switch (request.type) {
    case 'ping':
      return { type: 'done' };
    case 'addr':
      return node ? { type: 'addr', addr: node.addr() } : noNode();
    case 'topics':
      return { type: 'topics', topics: (await gossip.snapshot()).topics.map(({ id }) => id) };
    case 'neighbors': {
      const { topics } = await gossip.snapshot();
      return { type: 'neighbors', neighbors: topics.find(({ id }) => id === request.topic)?.activeView ?? [] };
    }
    case 'listeners': {
      const subscribers = (await gossip.snapshot()).topics.find(({ id }) => id === request.topic)?.subscribers ?? 0;
      const isOwn = host.topics?.has?.(request.topic) ?? false;
      return { type: 'listeners', listeners: isOwn ? Math.max(0, subscribers - 1) : subscribers };
    }
    case 'snapshot':
      return { type: 'snapshot', snapshot: await gossip.snapshot() };
    case 'learn':
      if (!node) return noNode();
      for (const addr of request.addrs) node.addressLookup.add(addr, 'user');
      return { type: 'done' };
    case 'settle': {
      const progress = host.progress();
      await progress?.reached(request.items, SETTLE_MS);
      return {
        type: 'settled',
        isClosed: progress?.isClosed ?? false,
        handled: progress?.items,
        dropped: progress?.dropped ?? 0,
      };
    }
    case 'flush':
      return await flush(request, host);
    case 'shutdown':
      return await shutDown(host);
    case 'enter':
    case 'leave':
      return await move(request, host);
  }
}

async function flush(
  { topic }: ControlRequest & { readonly type: 'flush' },
  { progress, logger }: ControlHost,
): Promise<ControlResponse> {
  const sender = progress()?.senderOf(topic);
  if (!sender) return { type: 'refused', reason: 'failed', message: 'this client is not subscribed to the topic' };
  try {
    const { kept, lost } = await sender.flush();
    return { type: 'flushed', kept, lost };
  } catch (error) {
    logger.debug({ topic, error: String(error) }, 'a topic could not be flushed for a remote client');
    return { type: 'refused', reason: 'failed', message: 'the node has left the topic' };
  }
}

async function move(
  request: ControlRequest & { readonly type: 'enter' | 'leave' },
  { topics, logger }: ControlHost,
): Promise<ControlResponse> {
  if (!topics) {
    return {
      type: 'refused',
      reason: 'unsupported',
      message: 'this server does not let clients have its node join or leave topics (option topics)',
    };
  }
  try {
    const { type, topic } = request;
    return {
      type: 'moved',
      moved: await (type === 'enter' ? topics.enter(topic, request.peers) : topics.leave(topic)),
    };
  } catch (error) {
    if (error instanceof RpcRefusedError) return { type: 'refused', reason: error.reason, message: error.message };
    logger.warn({ error: String(error) }, 'the node could not enter or leave a topic for a remote client');
    return { type: 'refused', reason: 'failed', message: 'that failed; the server log says why' };
  }
}

async function shutDown({ onShutdown, logger }: ControlHost): Promise<ControlResponse> {
  if (!onShutdown) {
    return {
      type: 'refused',
      reason: 'forbidden',
      message: 'this server does not let clients shut its node down (option onShutdown)',
    };
  }
  try {
    await onShutdown();
    return { type: 'done' };
  } catch (error) {
    logger.warn({ error: String(error) }, 'the shutdown that a remote client asked for failed');
    return { type: 'refused', reason: 'failed', message: 'the shutdown failed; the server log says why' };
  }
}

function noNode(): ControlResponse {
  return { type: 'refused', reason: 'unsupported', message: 'this server was not given its node (option node)' };
}
