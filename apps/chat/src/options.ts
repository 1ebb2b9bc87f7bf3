import { randomBytes } from 'node:crypto';
import { GossipError } from '@grapevine/api';
import { didYouMean, parseArguments, UsageError } from '@grapevine/cli-kit';
import { parseRoomTicket, parseSocketAddr, type RoomTicket, SecretKey } from '@grapevine/net';
import { parseAdvertised, wordKind } from '@grapevine/net/transport';
import { type TopicId, topicId, topicIdFromBytes } from '@grapevine/proto';
import { TRANSPORTS, type Transport, type TransportOptions } from './transport.js';

export const HELP = `Terminal chat over gossip, compatible with the Rust chat example of iroh-gossip.

Usage: grapevine-chat [options] open [TOPIC]   open a room (a fresh one, or the one with this id) and print its ticket
       grapevine-chat [options] join TICKET    enter the room of a ticket (this program's, the Rust example's, or a room ticket)

  --name NAME              what the others call you (default: the first digits of your id)
  --secret-key KEY         who you are, 64 hex digits (default: somebody new)
  --transport NAME         quic, or iroh to meet Rust members (default: quic where it runs; all members use the same)
  --no-relay               iroh without n0's relays and discovery: for local networks
  --bind HOST:PORT         local address (default: every interface)
  --advertise HOST[:PORT]  where else others reach us, behind a NAT or in a container (repeatable)
  --version                which one this is
  --help                   this text

A TOPIC is 64 hex digits. Each line typed is a message; end the input (Ctrl-D) or press Ctrl-C to leave.

Exit code: 0 after leaving, 1 when something failed, 2 for bad input.`;

export interface ChatOptions extends TransportOptions {
  /** Where to go: a room of our own has no peers. */
  readonly room: RoomTicket;
  readonly name: string | undefined;
}

/** @returns what to print instead, where that was asked for @throws UsageError */
export function parseOptions(args: string[]): ChatOptions | 'help' | 'version' {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      'secret-key': { type: 'string' },
      bind: { type: 'string' },
      advertise: { type: 'string', multiple: true },
      transport: { type: 'string' },
      'no-relay': { type: 'boolean' },
      version: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  if (values.version) return 'version';
  try {
    if (values.bind !== undefined) parseSocketAddr(values.bind);
    const transport = values.transport === undefined ? undefined : parseTransport(values.transport);
    if (values['no-relay'] && transport === 'quic')
      throw new UsageError('--no-relay is for --transport iroh (see --help)');
    if (values.name?.trim() === '')
      throw new UsageError('--name must not be empty: leave it out to be called by your id');
    for (const text of values.advertise ?? []) parseAdvertised('--advertise', text);
    return {
      room: parseRoom(positionals),
      name: values.name,
      secretKey: values['secret-key'] === undefined ? SecretKey.generate() : SecretKey.parse(values['secret-key']),
      bind: values.bind,
      advertise: values.advertise ?? [],
      transport,
      relays: !values['no-relay'],
    };
  } catch (error) {
    throw error instanceof GossipError || error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

function parseTransport(text: string): Transport {
  const transport = TRANSPORTS.find((name) => name === text);
  if (!transport)
    throw new UsageError(`unknown transport ${JSON.stringify(text)}, expected ${TRANSPORTS.join(' or ')}`);
  return transport;
}

function parseRoom([command, argument, ...rest]: readonly string[]): RoomTicket {
  if (rest.length > 0) throw new UsageError(`unexpected ${JSON.stringify(rest[0])} (see --help)`);
  switch (command) {
    case 'open':
      return { topic: argument === undefined ? topicIdFromBytes(randomBytes(32)) : parseTopic(argument), peers: [] };
    case 'join':
      if (argument === undefined) throw new UsageError('join needs a ticket: grapevine-chat join TICKET');
      return parseRoomTicket(argument);
    case undefined:
      throw new UsageError('expected open or join (see --help)');
    default: {
      const meant = didYouMean(command, ['open', 'join']) || ', expected open or join';
      throw new UsageError(`unknown command ${JSON.stringify(command)}${meant} (see --help)`);
    }
  }
}

function parseTopic(text: string): TopicId {
  try {
    return topicId(text);
  } catch {
    const kind = wordKind(text);
    const told = kind ? ` but ${kind}` : '';
    throw new UsageError(`${JSON.stringify(text)} is not a topic id${told}, expected 64 hex digits`);
  }
}
