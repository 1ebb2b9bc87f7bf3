import type { GossipApi, GossipReceiver, GossipSender } from '@grapevine/api';
import {
  type BiStream,
  EndpointClosedError,
  GossipClosedError,
  type Logger,
  MessageTooLargeError,
  type SendStream,
} from '@grapevine/net';
import { decode } from '@grapevine/postcard';
import { CommandQueue } from './command-queue.js';
import { ItemTooLargeError } from './errors.js';
import { type ItemReader, isEnd } from './item-reader.js';
import { writeItem } from './item-writer.js';
import type { RpcLossReason } from './losses.js';
import type { Progress } from './progress.js';
import { StreamCode } from './protocol.js';
import type { TopicNews, TopicOrder, TopicRequest, TopicWire } from './topic-wire.js';

/** Peers in one request or command. Nobody needs more, and each costs a check that it is a point of the curve. */
const MAX_PEERS = 1024;
/** Longest body with that many peers, a discriminant and a count. */
export const MAX_PEERS_BYTES = 32 * MAX_PEERS + 32 + 16;

/** A command; without one, a dropped command that still counts as handled. */
interface Queued {
  readonly order: TopicOrder | undefined;
}

/** What a subscription on the server needs. */
export interface JoinHost {
  readonly gossip: GossipApi;
  readonly wire: TopicWire;
  readonly progress: Progress;
  /** Events kept for the client. */
  readonly queueCapacity: number;
  readonly logger: Logger;
  /** A command was not carried out, or a request or command can't be read. */
  lost(reason: RpcLossReason): void;
  /** A topic has ended, and its client is being told. */
  ending(told: Promise<unknown>): void;
}

/**
 * Carries one subscription between a stream and the node. Resolves when both directions have ended; only then
 * the topic is left.
 */
export async function serveJoin(
  request: TopicRequest,
  stream: BiStream,
  reader: ItemReader,
  host: JoinHost,
): Promise<void> {
  const { topic, bootstrap, echo } = request;
  const { send, recv } = stream;
  let halves: { readonly sender: GossipSender; readonly receiver: GossipReceiver };
  try {
    const joined = await host.gossip.subscribe(topic, { bootstrap, queueCapacity: host.queueCapacity, echo });
    const { maxContentLength } = joined;
    host.progress.maxContentLength = maxContentLength;
    if (host.wire.isFull) writeItem(send, host.wire.news, { type: 'joined', maxContentLength });
    halves = joined.split();
  } catch (error) {
    host.logger.debug({ topic, error: String(error) }, 'the node does not join a topic for a remote client');
    if (error instanceof GossipClosedError) host.progress.isClosed = true;
    else if (!(error instanceof EndpointClosedError)) send.reset(StreamCode.none);
    else if (host.wire.isFull) writeItem(send, host.wire.news, failure(error));
    send.finish();
    recv.stop(StreamCode.none);
    return;
  } finally {
    host.progress.handled();
  }
  const { sender, receiver } = halves;
  const unsubscribed = host.progress.subscribed(topic, sender);
  let isRead = true;
  void send.stopped.then(() => {
    isRead = false; // the client has stopped reading, or is gone
    receiver.close();
  });
  const commands = takeCommands(stream, reader, sender, host);
  await forwardEvents(send, receiver, host);
  host.ending(send.stopped);
  // The node has left the topic: nobody carries out commands. Our clients are told how many, and end the stream when they hear of it.
  if (isRead && !host.wire.isFull) recv.stop(StreamCode.none);
  await commands;
  unsubscribed();
}

async function forwardEvents(send: SendStream, receiver: GossipReceiver, host: JoinHost): Promise<void> {
  try {
    for await (const event of receiver) {
      if (!writeItem(send, host.wire.news, event)) await send.drained;
    }
    send.finish();
  } catch (error) {
    if (error instanceof EndpointClosedError) {
      if (host.wire.isFull) writeItem(send, host.wire.news, failure(error));
      send.finish();
      return;
    }
    // A message over 16 MiB, or the stream was reset meanwhile: nobody reads the rest.
    host.logger.debug({ error: String(error) }, 'events for a remote client end');
    send.reset(StreamCode.none); // does nothing after a reset with a better code
  } finally {
    receiver.close();
  }
}

async function takeCommands(
  { recv }: BiStream,
  reader: ItemReader,
  sender: GossipSender,
  host: JoinHost,
): Promise<void> {
  const queue = new CommandQueue<Queued>();
  const done = carryOut(queue, sender, host);
  try {
    for (let length = await reader.nextLength(); length !== undefined; length = await reader.nextLength()) {
      await queue.push({ order: await readOrder(length, reader, sender, host) });
    }
  } catch (error) {
    if (!isEnd(error)) host.lost('bad-command');
    host.logger.debug({ error: String(error) }, 'commands of a remote client end');
    recv.stop(error instanceof ItemTooLargeError ? StreamCode.tooLarge : StreamCode.none);
  } finally {
    queue.end();
  }
  await done;
  sender.close();
}

/** @returns undefined for a command that is too large for the node, whatever is in it: nothing of it is kept. @throws DecodeError */
async function readOrder(
  length: number,
  reader: ItemReader,
  sender: GossipSender,
  host: JoinHost,
): Promise<TopicOrder | undefined> {
  if (length <= sender.maxContentLength + MAX_PEERS_BYTES) return decode(host.wire.order, await reader.body(length));
  await reader.skip(length);
  drop('command-too-large', host);
  return undefined;
}

async function carryOut(queue: CommandQueue<Queued>, sender: GossipSender, host: JoinHost): Promise<void> {
  for (;;) {
    const item = await queue.shift();
    if (!item) return;
    try {
      if (item.order) await carryOutOne(item.order, sender);
    } catch (error) {
      // The protocol has no reply to a command.
      drop(error instanceof MessageTooLargeError ? 'command-too-large' : 'not-carried-out', host);
      host.logger.debug({ error: String(error) }, 'a command of a remote client was not carried out');
    } finally {
      host.progress.handled();
    }
  }
}

function drop(reason: RpcLossReason, { progress, lost }: JoinHost): void {
  progress.dropped++;
  lost(reason);
}

async function carryOutOne(order: TopicOrder, sender: GossipSender): Promise<void> {
  switch (order.type) {
    case 'broadcast': {
      const { content, scope, whenAlone } = order;
      if (scope === 'swarm') return await sender.broadcast(content, { whenAlone });
      return await sender.broadcastNeighbors(content, { whenAlone });
    }
    case 'joinPeers':
      return await sender.joinPeers(order.peers);
  }
}

/** The node has lost its endpoint: its topics were not closed, they have failed. */
function failure({ cause }: EndpointClosedError): TopicNews {
  return { type: 'failed', cause: cause instanceof Error ? cause.message : undefined };
}
