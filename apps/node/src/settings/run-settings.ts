import { parseRoomTicket, type RoomTicket } from '@grapevine/api';
import { UsageError } from '@grapevine/cli-kit';
import { formatSocketAddr, type SocketAddr } from '@grapevine/net';
import { isLoopback } from '@grapevine/net/transport';
import type { ControlSettings } from '../node/remote-control.js';
import { TRANSPORTS, type Transport } from '../node/transport.js';
import type { WebSettings } from '../node/web-hub.js';
import { DATA, defaultFolder } from './data-folder.js';
import type { Given, Setting } from './setting.js';
import { fromArguments, fromEnvironment, fromFile, type Source } from './sources.js';
import {
  advertised,
  allOf,
  authority,
  endpointId,
  isRoomTicket,
  lastOf,
  oneOf,
  room,
  socketAddress,
  someText,
  someTicket,
  yesOrNo,
} from './values.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** What a node that stays up is told. */
export interface RunSettings {
  readonly data: string;
  /** Undefined: what runs here. */
  readonly transport: Transport | undefined;
  readonly bind: string;
  readonly advertise: readonly string[];
  /** Topics to take part in, with the peers that their tickets name. */
  readonly rooms: readonly RoomTicket[];
  readonly join: readonly string[];
  readonly shareAddresses: boolean;
  readonly mdns: boolean;
  /** A file with the ids of those who may take part in topics with the node. */
  readonly allow: string | undefined;
  readonly http: SocketAddr | undefined;
  readonly web: WebSettings | undefined;
  readonly control: ControlSettings | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** Every interface, a port that the system chooses. */
const ANYWHERE: SocketAddr = { host: '0.0.0.0', port: 0 };

/** Read first, and from flags and the environment alone. */
export const CONFIG: Setting = { flag: 'config', kind: 'text', metavar: 'FILE', help: 'settings in TOML' };

/** In the order of the help. */
export const RUN_SETTINGS: readonly Setting[] = [
  {
    flag: 'topic',
    kind: 'list',
    metavar: 'TOPIC',
    help: 'take part in this topic, a name, 64 hex digits or a room ticket (repeatable)',
  },
  {
    flag: 'join',
    kind: 'list',
    metavar: 'TICKET',
    help: 'enter the topics through this node (repeatable). A room ticket is a topic as well',
  },
  DATA,
  {
    flag: 'transport',
    kind: 'text',
    metavar: 'KIND',
    choices: TRANSPORTS,
    help: 'quic, or iroh: swarms of Rust nodes, relays, NATs (default: quic where it runs)',
  },
  { flag: 'bind', kind: 'text', metavar: 'HOST:PORT', help: 'local address (default: 0.0.0.0:0)' },
  {
    flag: 'advertise',
    kind: 'list',
    metavar: 'HOST[:PORT]',
    help: 'where else others reach us, behind a NAT or in a container (repeatable)',
  },
  {
    flag: 'share-addresses',
    kind: 'switch',
    metavar: '',
    help: 'tell others how to reach us (default: true; --no-share-addresses)',
  },
  {
    flag: 'mdns',
    kind: 'switch',
    metavar: '',
    help: 'find peers on the local network, and be found there (default: false)',
  },
  {
    flag: 'allow',
    kind: 'text',
    metavar: 'FILE',
    help: 'talk gossip only with the endpoint ids in this file, one a line; SIGHUP reads it again',
  },
  { flag: 'metrics', kind: 'text', metavar: 'HOST:PORT', help: 'serve /metrics, /healthz and /readyz there over HTTP' },
  {
    flag: 'web',
    kind: 'text',
    metavar: 'HOST:PORT',
    help: 'be a hub for browsers: WebTransport there (UDP), and a page with a chat room in the first topic (HTTP, TCP)',
  },
  {
    flag: 'web-advertise',
    kind: 'text',
    metavar: 'HOST:PORT',
    help: 'what browsers are told to dial, where that is not the address of --web',
  },
  {
    flag: 'rpc',
    kind: 'text',
    metavar: 'HOST:PORT',
    help: 'remote control there: the other commands, and @grapevine/rpc',
  },
  {
    flag: 'rpc-allow',
    kind: 'list',
    metavar: 'ID',
    help: 'a client that may use it (repeatable; without any, only this machine may)',
  },
  {
    flag: 'rpc-transport',
    kind: 'text',
    metavar: 'KIND',
    choices: TRANSPORTS,
    help: 'what remote control speaks: quic, or iroh (default: quic where it runs)',
  },
  {
    flag: 'log-level',
    kind: 'text',
    metavar: 'LEVEL',
    choices: LOG_LEVELS,
    help: `${LOG_LEVELS.join(', ')} (default: info)`,
  },
];

/**
 * What flags, environment and file say together: flags beat the environment, which beats the file.
 *
 * @throws UsageError naming the place, what was expected there and what was found
 */
export function runSettings(args: readonly string[], environment: NodeJS.ProcessEnv): RunSettings {
  const { flags } = fromArguments(args, [CONFIG, ...RUN_SETTINGS], []);
  const path = lastOf(new Map([...fromEnvironment(environment, [CONFIG]), ...flags]), 'config', someText);
  const file = path === undefined ? new Map<string, Given>() : fromFile(path, RUN_SETTINGS);
  return check(new Map([...file, ...fromEnvironment(environment, RUN_SETTINGS), ...flags]), environment);
}

function check(given: Source, environment: NodeJS.ProcessEnv): RunSettings {
  const tickets = allOf(given, 'join', someTicket);
  const settings: RunSettings = {
    data: lastOf(given, 'data', someText) ?? defaultFolder(environment),
    transport: lastOf(given, 'transport', oneOf(...TRANSPORTS)),
    bind: formatSocketAddr(lastOf(given, 'bind', socketAddress) ?? ANYWHERE),
    advertise: allOf(given, 'advertise', advertised),
    rooms: [...allOf(given, 'topic', room), ...tickets.filter(isRoomTicket).map(parseRoomTicket)],
    join: tickets.filter((ticket) => !isRoomTicket(ticket)),
    shareAddresses: lastOf(given, 'share-addresses', yesOrNo) ?? true,
    mdns: lastOf(given, 'mdns', yesOrNo) ?? false,
    allow: lastOf(given, 'allow', someText),
    http: lastOf(given, 'metrics', socketAddress),
    web: webSettings(given),
    control: controlSettings(given),
    logLevel: lastOf(given, 'log-level', oneOf(...LOG_LEVELS)) ?? 'info',
  };
  if (settings.join.length > 0 && settings.rooms.length === 0) {
    throw new UsageError(`${given.get('join')?.where} says whom to join, but there is no topic: give one with --topic`);
  }
  if (settings.web !== undefined && settings.rooms.length === 0) {
    throw new UsageError(
      `${given.get('web')?.where} asks for a chat room, but there is no topic: give one with --topic`,
    );
  }
  return settings;
}

function controlSettings(given: Source): ControlSettings | undefined {
  const address = lastOf(given, 'rpc', socketAddress);
  const transport = lastOf(given, 'rpc-transport', oneOf(...TRANSPORTS));
  const allow = allOf(given, 'rpc-allow', endpointId);
  if (address && allow.length === 0 && !isLoopback(address)) {
    throw new UsageError(
      `${given.get('rpc')?.where} ${formatSocketAddr(address)} is where other machines reach the node, and everybody there could control it: ` +
        'say with --rpc-allow who may, or take 127.0.0.1 or [::1]',
    );
  }
  return address && { address, transport, allow };
}

function webSettings(given: Source): WebSettings | undefined {
  const address = lastOf(given, 'web', socketAddress);
  const advertise = lastOf(given, 'web-advertise', authority);
  if (address === undefined) return undefined;
  if (advertise === undefined && (address.host === '0.0.0.0' || address.host === '::')) {
    const { where } = given.get('web') ?? {};
    throw new UsageError(
      `${where} is every interface, which nobody can dial: say with --web-advertise what browsers dial`,
    );
  }
  return { address, advertise };
}
