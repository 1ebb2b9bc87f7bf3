import { UsageError } from '@grapevine/cli-kit';
import { type EndpointId, formatSocketAddr, type SocketAddr } from '@grapevine/net';
import { DATA, defaultFolder } from './data-folder.js';
import type { Given, Setting } from './setting.js';
import { fromArguments, fromEnvironment, fromFile, type Source } from './sources.js';
import { allOf, endpointId, lastOf, oneOf, socketAddress, someText, ticketOrId, yesOrNo } from './values.js';

export const TRANSPORTS = ['quic', 'iroh'] as const;
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** What a node that stays up is told. */
export interface RunSettings {
  readonly data: string;
  readonly transport: (typeof TRANSPORTS)[number];
  readonly bind: string;
  readonly topics: readonly string[];
  readonly join: readonly string[];
  readonly shareAddresses: boolean;
  readonly mdns: boolean;
  /** A file with the ids of those who may take part in topics with the node. */
  readonly allow: string | undefined;
  readonly http: SocketAddr | undefined;
  readonly rpc: SocketAddr | undefined;
  readonly rpcAllow: readonly EndpointId[];
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
    metavar: 'NAME|ID',
    help: 'take part in this topic; again for more. A name, or 64 hex digits',
  },
  { flag: 'join', kind: 'list', metavar: 'TICKET', help: 'enter the topics through this node; again for more' },
  DATA,
  {
    flag: 'transport',
    kind: 'text',
    metavar: 'KIND',
    choices: TRANSPORTS,
    help: 'quic (default), or iroh: swarms of Rust nodes, relays, NATs',
  },
  { flag: 'bind', kind: 'text', metavar: 'HOST:PORT', help: 'local address (default: 0.0.0.0:0)' },
  { flag: 'share-addresses', kind: 'switch', metavar: '', help: 'tell others how to reach us (default: true)' },
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
    help: 'talk gossip with nobody but the endpoint ids in this file, one a line; SIGHUP reads it again',
  },
  { flag: 'metrics', kind: 'text', metavar: 'HOST:PORT', help: 'serve /metrics, /healthz and /readyz there over HTTP' },
  {
    flag: 'rpc',
    kind: 'text',
    metavar: 'HOST:PORT',
    help: 'remote control there: the other commands, and @grapevine/rpc',
  },
  { flag: 'rpc-allow', kind: 'list', metavar: 'ID', help: 'who may: endpoint ids; without any, only this machine' },
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
  const settings: RunSettings = {
    data: lastOf(given, 'data', someText) ?? defaultFolder(environment),
    transport: lastOf(given, 'transport', oneOf(...TRANSPORTS)) ?? 'quic',
    bind: formatSocketAddr(lastOf(given, 'bind', socketAddress) ?? ANYWHERE),
    topics: allOf(given, 'topic', someText),
    join: allOf(given, 'join', ticketOrId),
    shareAddresses: lastOf(given, 'share-addresses', yesOrNo) ?? true,
    mdns: lastOf(given, 'mdns', yesOrNo) ?? false,
    allow: lastOf(given, 'allow', someText),
    http: lastOf(given, 'metrics', socketAddress),
    rpc: lastOf(given, 'rpc', socketAddress),
    rpcAllow: allOf(given, 'rpc-allow', endpointId),
    logLevel: lastOf(given, 'log-level', oneOf(...LOG_LEVELS)) ?? 'info',
  };
  if (settings.join.length > 0 && settings.topics.length === 0) {
    throw new UsageError(`${given.get('join')?.where} says whom to join, but there is no topic: give one with --topic`);
  }
  return settings;
}
