// A member of swarms on our packages, over iroh. It has the commands and events of the Rust peer (interop/README.md), so that one
// driver serves both.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { formatTicket, Gossip, parseTicket } from '@grapevine/api';
import { IrohEndpoint, Router, SecretKey } from '@grapevine/iroh';
import { type EndpointAddr, formatSocketAddr, parseEndpointId } from '@grapevine/net';
import { emit } from './output.js';
import { Rooms } from './rooms.js';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    'secret-key': text,
    bind: { ...text, default: '127.0.0.1:0' },
    'max-message-size': text,
    'active-view': text,
    'passive-view': text,
    'shuffle-ms': text,
    'neighbor-timeout-ms': text,
    'idle-timeout-ms': text,
    'dial-timeout-ms': text,
    'share-addresses': { ...text, default: 'true' },
    'show-up-to': { ...text, default: '0' },
  },
});

/** Settings that were given, under the names that the packages use. */
function numbers(names: Readonly<Record<string, string | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(names).flatMap(([name, value]) => (value ? [[name, Number(value)]] : [])));
}

const endpoint = await IrohEndpoint.bind({
  preset: 'minimal',
  address: values.bind,
  ...(values['secret-key'] ? { secretKey: SecretKey.parse(values['secret-key']) } : {}),
  ...numbers({ idleTimeoutMs: values['idle-timeout-ms'] }),
});
const gossip = Gossip.spawn(endpoint, {
  ...numbers({ dialTimeoutMs: values['dial-timeout-ms'] }),
  shareAddresses: values['share-addresses'] === 'true',
  config: {
    ...numbers({ maxMessageSize: values['max-message-size'] }),
    membership: numbers({
      activeViewCapacity: values['active-view'],
      passiveViewCapacity: values['passive-view'],
      shuffleInterval: values['shuffle-ms'],
      neighborRequestTimeout: values['neighbor-timeout-ms'],
    }),
  },
});
const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
const rooms = new Rooms(gossip, Number(values['show-up-to']));

function addresses({ addrs }: EndpointAddr): string[] {
  return addrs.flatMap((addr) => (addr.type === 'ip' ? [formatSocketAddr(addr.addr)] : []));
}

function describe() {
  const addr = endpoint.addr();
  return { endpoint: addr.id, addrs: addresses(addr), ticket: formatTicket(addr) };
}

async function obey(verb: string, words: readonly string[]): Promise<object> {
  switch (verb) {
    case 'addr':
      return describe();
    case 'add-addr':
      for (const word of words) endpoint.addressLookup.add(parseTicket(word), 'user');
      return { count: words.length };
    case 'known':
      return { addrs: addresses(endpoint.addressLookup.get(parseEndpointId(words[0] ?? ''))) };
    case 'connections': {
      const { peers } = await gossip.snapshot();
      return { count: peers.find(({ id }) => id === words[0])?.connections ?? 0 };
    }
    case 'waiting-streams': {
      const { peers } = await gossip.snapshot();
      return { count: peers.find(({ id }) => id === words[0])?.waitingStreams ?? 0 };
    }
    case 'quit':
      await router.shutdown();
      return {};
    default:
      return rooms.obey(verb, words);
  }
}

emit({ event: 'ready', ...describe() });
for await (const line of createInterface({ input: process.stdin })) {
  const [, id, verb = '', rest = ''] = /^(?:#(\d+) )?(\S+) ?(.*)$/.exec(line) ?? [];
  const about = { reply: verb, ...(id ? { id: Number(id) } : {}) };
  const answering = obey(verb, rest.split(' ')).then(
    (answer) => emit({ ...about, ...answer }),
    (error) => emit({ ...about, error: String(error) }),
  );
  // One command after another, except after the one that takes long.
  if (verb !== 'broadcast-many') await answering;
}
await router.shutdown();
