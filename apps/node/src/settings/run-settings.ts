import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArguments, positional, UsageError } from '@grapevine/cli-kit';
import type { EndpointId, SocketAddr } from '@grapevine/net';
import type { Given, Setting } from './setting.js';
import { fromEnvironment, fromFile, fromFlags, type Source } from './sources.js';
import { endpointId, oneOf, readAll, readOne, socketAddress, someText, ticketOrId, yesOrNo } from './values.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** What a node that stays up is told. */
export interface RunSettings {
  readonly data: string;
  readonly transport: 'quic' | 'iroh';
  readonly bind: string;
  readonly topics: readonly string[];
  readonly join: readonly string[];
  readonly shareAddresses: boolean;
  readonly mdns: boolean;
  readonly http: SocketAddr | undefined;
  readonly rpc: SocketAddr | undefined;
  readonly rpcAllow: readonly EndpointId[];
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** In the order of the help. */
export const RUN_SETTINGS: readonly Setting[] = [
  {
    flag: 'topic',
    kind: 'list',
    metavar: 'NAME|ID',
    help: 'take part in this topic; again for more. A name, or 64 hex digits',
  },
  { flag: 'join', kind: 'list', metavar: 'TICKET', help: 'enter the topics through this node; again for more' },
  { flag: 'data', kind: 'text', metavar: 'DIR', help: 'identity and known peers (default: $XDG_STATE_HOME/grapevine)' },
  {
    flag: 'transport',
    kind: 'text',
    metavar: 'KIND',
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
  { flag: 'metrics', kind: 'text', metavar: 'HOST:PORT', help: 'serve /metrics, /healthz and /readyz there over HTTP' },
  { flag: 'rpc', kind: 'text', metavar: 'HOST:PORT', help: 'remote control by @grapevine/rpc there' },
  { flag: 'rpc-allow', kind: 'list', metavar: 'ID', help: 'who may: endpoint ids; without any, only this machine' },
  { flag: 'log-level', kind: 'text', metavar: 'LEVEL', help: `${LOG_LEVELS.join(', ')} (default: info)` },
];

/**
 * What flags, environment and file say together: flags beat the environment, which beats the file.
 *
 * @throws UsageError naming the place, what was expected there and what was found
 */
export function runSettings(args: readonly string[], environment: NodeJS.ProcessEnv): RunSettings {
  const { values, positionals } = parseArguments({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: { config: { type: 'string' as const }, ...flagsOf(RUN_SETTINGS) },
  });
  positional(positionals);
  const path = (values.config as string | undefined) ?? environment.GRAPEVINE_CONFIG;
  return check(
    new Map([
      ...(path === undefined ? [] : fromFile(path, RUN_SETTINGS)),
      ...fromEnvironment(environment, RUN_SETTINGS),
      ...fromFlags(values, RUN_SETTINGS),
    ]),
    environment,
  );
}

function flagsOf(settings: readonly Setting[]): Record<string, { type: 'string' | 'boolean'; multiple: boolean }> {
  return Object.fromEntries(
    settings.map(({ flag, kind }) => [
      flag,
      { type: kind === 'switch' ? ('boolean' as const) : ('string' as const), multiple: kind === 'list' },
    ]),
  );
}

function check(given: Source, environment: NodeJS.ProcessEnv): RunSettings {
  const one = <T>(flag: string, read: (found: Given) => T): T | undefined => {
    const found = given.get(flag);
    return found === undefined ? undefined : read(found);
  };
  const settings: RunSettings = {
    data: one('data', (found) => readOne(found, someText)) ?? defaultFolder(environment),
    transport: one('transport', (found) => readOne(found, oneOf('quic', 'iroh'))) ?? 'quic',
    bind: one('bind', boundTo) ?? '0.0.0.0:0',
    topics: one('topic', (found) => readAll(found, someText)) ?? [],
    join: one('join', (found) => readAll(found, ticketOrId)) ?? [],
    shareAddresses: one('share-addresses', (found) => readOne(found, yesOrNo)) ?? true,
    mdns: one('mdns', (found) => readOne(found, yesOrNo)) ?? false,
    http: one('metrics', (found) => readOne(found, socketAddress)),
    rpc: one('rpc', (found) => readOne(found, socketAddress)),
    rpcAllow: one('rpc-allow', (found) => readAll(found, endpointId)) ?? [],
    logLevel: one('log-level', (found) => readOne(found, oneOf(...LOG_LEVELS))) ?? 'info',
  };
  if (settings.join.length > 0 && settings.topics.length === 0) {
    throw new UsageError(`${given.get('join')?.where} says whom to join, but there is no topic: give one with --topic`);
  }
  return settings;
}

/** Checked here, so that the message says where it was set. */
function boundTo(found: Given): string {
  readOne(found, socketAddress);
  return found.texts[found.texts.length - 1] as string;
}

/** The XDG base directory specification: state that should outlive restarts. */
function defaultFolder({ XDG_STATE_HOME }: NodeJS.ProcessEnv): string {
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'grapevine');
}
