import { GOSSIP_ALPN } from '@grapevine/net';
import type { Field } from './attack.js';
import type { HostileClient } from './hostile-kit.js';
import { ATTACKER_HOST } from './raw-peer.js';

/** Clients that go on at the same time. */
const CLIENTS = 24;

/** How many packets a client sends in a row. */
const BURST = 4;

/** Some copies of the same kind of frame. */
export function many(count: number, make: (i: number) => Uint8Array): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));
}

/** Where the clients of a flood are. */
export interface FloodOrigin {
  /** The host of the n-th connection. Default: one for all. */
  readonly hostOf?: (connection: number) => string;
}

/** An address that nobody had before, as somebody has with a botnet. There are 4 million. */
export function freshHost(connection: number): string {
  return `127.${64 + (connection >> 16)}.${(connection >> 8) & 255}.${connection & 255}`;
}

/** Clients that send packets of such frames until the target closes their connection, and then dial again. @param make - frames of the i-th packet of a connection */
export async function floodFrames(
  field: Field,
  make: (i: number) => Uint8Array,
  { hostOf = () => ATTACKER_HOST }: FloodOrigin = {},
): Promise<void> {
  let open = 0;
  let made = 0;
  const one = async () => {
    while (!field.signal.aborted) {
      const client = await connect(field, hostOf(made++)).catch(() => undefined);
      if (!client) {
        await field.pause(100);
        continue;
      }
      field.traffic.handshakes++;
      field.traffic.strangers = Math.max(field.traffic.strangers, ++open);
      await flood(client, field, make).finally(() => open--);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, one));
}

function connect({ kit, target }: Field, host: string): Promise<HostileClient> {
  return kit.connect(target.socket, { alpn: GOSSIP_ALPN, host });
}

async function flood(client: HostileClient, { traffic, signal, pause }: Field, make: (i: number) => Uint8Array) {
  let [sent, received] = [client.sent, client.received];
  const count = () => {
    traffic.sent += client.sent - sent;
    traffic.received += client.received - received;
    [sent, received] = [client.sent, client.received];
  };
  try {
    for (let i = 0; !signal.aborted && client.closeCode === undefined; i++) {
      client.send(make(i));
      count();
      if (i % BURST === 0) await pause(20);
    }
  } finally {
    count();
    await client[Symbol.asyncDispose]();
  }
}
