import { writeFileSync } from 'node:fs';
import { formatRoomTicket, topicIdFrom } from '@grapevine/api';
import { UsageError } from '@grapevine/cli-kit';
import { endpointAddr, parseEndpointId, socketAddr } from '@grapevine/net';
import { describe, expect, test } from 'vitest';
import { strangeVariables } from '../src/settings/environment.js';
import { runSettings } from '../src/settings/run-settings.js';
import { TemporaryFolder } from './node-process.js';

const ID = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c';

const named = (name: string) => ({ topic: topicIdFrom(name), peers: [] });

function withFile(toml: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) {
  using folder = new TemporaryFolder();
  const path = folder.join('grapevine.toml');
  writeFileSync(path, toml);
  try {
    return runSettings(['--config', path, ...args], environment);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(error.message.replaceAll(path, 'grapevine.toml'));
    throw error;
  }
}

describe('settings', () => {
  test('have defaults', () => {
    expect(runSettings([], { XDG_STATE_HOME: '/state' })).toEqual({
      data: '/state/grapevine',
      transport: undefined,
      bind: '0.0.0.0:0',
      advertise: [],
      rooms: [],
      join: [],
      shareAddresses: true,
      mdns: false,
      allow: undefined,
      http: undefined,
      web: undefined,
      control: undefined,
      logLevel: 'info',
    });
  });

  test('say where browsers come in, and need a topic and an address that can be dialed', () => {
    const web = (...args: string[]) => runSettings(['--topic', 'room', ...args], {}).web;
    expect(web('--web', '127.0.0.1:8443')).toEqual({
      address: { host: '127.0.0.1', port: 8443 },
      advertise: undefined,
    });
    expect(web('--web', '0.0.0.0:8443', '--web-advertise', 'hub.example.org:443')).toMatchObject({
      advertise: 'hub.example.org:443',
    });
    expect(() => web('--web', '0.0.0.0:8443')).toThrow('--web is every interface, which nobody can dial');
    expect(() => web('--web', '127.0.0.1:1', '--web-advertise', 'hub.example.org/chat:1')).toThrow('HOST:PORT');
    expect(() => runSettings(['--web', '127.0.0.1:1'], {})).toThrow(
      '--web asks for a chat room, but there is no topic',
    );
  });

  test('come from a file, the environment and flags, and flags beat the environment, which beats the file', () => {
    const toml = `topic = ["file"]\nlog_level = "warn"\nbind = "127.0.0.1:1"\nrpc = "127.0.0.1:2"\nrpc_allow = ["${ID}"]\nrpc_transport = "iroh"\nshare_addresses = false\n`;
    const environment = { GRAPEVINE_TOPIC: 'one, two', GRAPEVINE_BIND: '127.0.0.1:2', GRAPEVINE_METRICS: '' };
    expect(withFile(toml)).toMatchObject({
      rooms: [named('file')],
      logLevel: 'warn',
      bind: '127.0.0.1:1',
      control: { address: socketAddr('127.0.0.1', 2), transport: 'iroh', allow: [ID] },
    });
    expect(withFile(toml).shareAddresses).toBe(false);
    expect(withFile(toml, [], environment)).toMatchObject({
      rooms: [named('one'), named('two')],
      bind: '127.0.0.1:2',
      http: undefined,
    });
    expect(withFile(toml, ['--bind', '127.0.0.1:3', '--topic', 'a', '--topic', 'b'], environment)).toMatchObject({
      rooms: [named('a'), named('b')],
      bind: '127.0.0.1:3',
      logLevel: 'warn',
    });
    expect(withFile('', ['--no-share-addresses']).shareAddresses).toBe(false);
  });

  test('take the ticket of a room wherever a topic or a ticket stands, as people paste it', () => {
    const room = { topic: topicIdFrom('room'), peers: [endpointAddr(parseEndpointId(ID), socketAddr('192.0.2.1', 1))] };
    const ticket = formatRoomTicket(room);
    const pasted = ` "${ticket.toUpperCase().replace(/(.{40})/g, '$1\n')}"`;
    expect(runSettings(['--topic', ticket], {}).rooms).toEqual([room]);
    expect(runSettings(['--join', pasted], {})).toMatchObject({ rooms: [room], join: [] });
    expect(runSettings(['--topic', 'other', '--join', ID, '--join', ticket], {})).toMatchObject({
      rooms: [named('other'), room],
      join: [ID],
    });
    // A name may begin as tickets do, or have only their letters.
    for (const name of ['room', 'room-1', 'roomba', 'x'.repeat(60), 'a'.repeat(64), ID]) {
      expect(runSettings(['--topic', name], {}).rooms).toEqual([named(name)]);
    }
  });

  test('say where others reach the node', () => {
    const advertise = ['203.0.113.7:4433', '2001:db8::1', '[2001:db8::1]:7'];
    expect(
      runSettings(
        advertise.flatMap((at) => ['--advertise', at]),
        {},
      ).advertise,
    ).toEqual(advertise);
    expect(runSettings([], { GRAPEVINE_ADVERTISE: advertise.join(', ') }).advertise).toEqual(advertise);
  });

  test('in the environment may stand beside what is for others: whatever is no slip is only told', () => {
    const kubernetes = [
      'SERVICE_HOST',
      'SERVICE_PORT',
      'SERVICE_PORT_GOSSIP',
      'PORT',
      'PORT_4433_UDP_ADDR',
      'RPC_PORT',
    ];
    const environment = Object.fromEntries(
      [...kubernetes, 'RPC', 'RPC_ID', 'CONFIG'].map((name) => [`GRAPEVINE_${name}`, 'x']),
    );
    expect(strangeVariables(environment)).toEqual([]);
    expect(strangeVariables({ ...environment, GRAPEVINE_VERBOSE: '1', GRAPEVINE_TOPICK: '' })).toEqual([
      'GRAPEVINE_VERBOSE',
    ]);
  });

  test('may name the file in the environment', () => {
    expect(() => runSettings([], { GRAPEVINE_CONFIG: '/nowhere/g.toml' })).toThrow(
      "can't read /nowhere/g.toml: it does not exist (ENOENT)",
    );
  });

  test.each<[string, () => unknown, string]>([
    [
      'a value in the file',
      () => withFile('\nbind = "here"'),
      'grapevine.toml:2: bind must be HOST:PORT with an IP address',
    ],
    ['a kind of value in the file', () => withFile('topic = "a"'), 'grapevine.toml:1: topic must be an array: [ … ]'],
    [
      'a switch in the file',
      () => withFile('share_addresses = "no"'),
      'grapevine.toml:1: share_addresses must be true or false',
    ],
    [
      'a key in the file',
      () => withFile('data = "x"\ntopics = []'),
      'grapevine.toml:2: unknown key topics, did you mean "topic"? (known here: topic, ',
    ],
    ['a flag', () => runSettings(['--transport', 'tcp'], {}), '--transport must be one of quic, iroh, got "tcp"'],
    [
      'a damaged ticket of a room',
      () => runSettings(['--topic', `room${'b'.repeat(60)}`], {}),
      '--topic must be a topic: a name, 64 hex digits or a room ticket, got "roombbb',
    ],
    [
      'one with letters that no ticket has',
      () => runSettings(['--topic', `room${'1'.repeat(60)}`], {}),
      '"1" is not a base32 letter',
    ],
    [
      'the ticket of an endpoint in place of a topic',
      () => runSettings(['--topic', `endpoint${'b'.repeat(60)}`], {}),
      'got an endpoint ticket (a peer and its addresses)',
    ],
    [
      'a ticket of something else',
      () => runSettings(['--topic', 't', '--join', `blob${'b'.repeat(60)}`], {}),
      'it is a blob ticket of iroh',
    ],
    ['a misspelt flag', () => runSettings(['--toipc', '1'], {}), 'unknown option "--toipc", did you mean "--topic"?'],
    ['an address', () => runSettings(['--advertise', 'example.org'], {}), '--advertise must be HOST:PORT or HOST'],
    [
      'remote control for everybody',
      () => runSettings(['--rpc', '0.0.0.0:0'], {}),
      '--rpc 0.0.0.0:0 is where other machines reach the node, and everybody there could control it: say with --rpc-allow who may',
    ],
    ['a ticket', () => runSettings(['--topic', 't', '--join', 'x'], {}), '--join must be an endpoint ticket'],
    [
      'a variable',
      () => runSettings([], { GRAPEVINE_LOG_LEVEL: 'loud' }),
      'GRAPEVINE_LOG_LEVEL must be one of debug, ',
    ],
    [
      'an id',
      () => runSettings([], { GRAPEVINE_RPC_ALLOW: `${ID},02` }),
      'GRAPEVINE_RPC_ALLOW must be an endpoint id (64 hex digits), got "02"',
    ],
    ['an unknown flag', () => runSettings(['--port', '1'], {}), 'unknown option "--port" (see --help)'],
    [
      'a misspelt variable',
      () => strangeVariables({ GRAPEVINE_TOPIC: 'a', GRAPEVINE_TOPICK: 'a' }),
      'unknown environment variable GRAPEVINE_TOPICK, did you mean "GRAPEVINE_TOPIC"?',
    ],
    [
      'one of remote control',
      () => strangeVariables({ GRAPEVINE_RPC_ALOW: ID }),
      'GRAPEVINE_RPC_ALOW, did you mean "GRAPEVINE_RPC_ALLOW"?',
    ],
    ['whom to join where', () => runSettings(['--join', ID], {}), '--join says whom to join, but there is no topic'],
  ])('that are wrong are named: %s', (_, read, message) => {
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});
