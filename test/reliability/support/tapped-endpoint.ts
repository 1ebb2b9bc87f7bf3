import { Gossip } from '@grapevine/api';
import type { Connection, RecvStream, SendStream } from '@grapevine/net';
import type { Endpoint } from '@grapevine/net/quic';

/** The streams of a node's gossip connections, oldest first, so that a test can break one. */
export interface Taps {
  readonly sending: SendStream[];
  readonly receiving: RecvStream[];
}

type Overrides<T> = { readonly [K in keyof T]?: T[K] };

/** The same object with some of its methods replaced. */
function overlay<T extends object>(target: T, overrides: Overrides<T>): T {
  return new Proxy(target, {
    get(_, key) {
      if (key in overrides) return Reflect.get(overrides, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** An endpoint that adds its gossip streams to `taps` as they are opened. */
export function tap(endpoint: Endpoint, taps: Taps): Endpoint {
  const tapConnection = (connection: Connection): Connection => {
    if (connection.alpn !== Gossip.ALPN) return connection;
    return overlay(connection, {
      openUni: async () => {
        const stream = await connection.openUni();
        taps.sending.push(stream);
        return stream;
      },
      async *acceptUni() {
        for await (const stream of connection.acceptUni()) {
          taps.receiving.push(stream);
          yield stream;
        }
      },
    });
  };
  return overlay(endpoint, {
    connect: async (...args) => tapConnection(await endpoint.connect(...args)),
    async *accept() {
      for await (const incoming of endpoint.accept())
        yield overlay(incoming, { accept: async () => tapConnection(await incoming.accept()) });
    },
  });
}
