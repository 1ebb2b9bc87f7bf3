import type { Endpoint, GossipOptions, ProtocolHandler, SecretKey } from '@grapevine/net';
import { anEndpoint, aSecretKey, GOSSIP_CHECKS } from '@grapevine/net/transport';
import {
  anArrayOf,
  anObjectWith,
  aString,
  type Check,
  type Checks,
  checkOptions,
  describe,
} from '@grapevine/proto/check';
import { bindEndpoint } from '#endpoint';

/** How to start a whole node. Everything has a default. */
export interface BindOptions extends GossipOptions {
  /** The identity. Default: a fresh key. */
  readonly secretKey?: SecretKey | undefined;
  /** The local address, `HOST:PORT` or `[IPV6]:PORT`; port 0 lets the system choose. Default `0.0.0.0:0`: every IPv4 interface. */
  readonly address?: string | undefined;
  /**
   * Addresses where others reach us besides our interfaces, such as that of a NAT with a forwarded port: `HOST:PORT` or `HOST`. Default:
   * none.
   */
  readonly advertise?: readonly string[] | undefined;
  /**
   * An existing endpoint, instead of the three options above: of another transport, or with other settings. It is closed with the node.
   * Default: a QUIC endpoint.
   */
  readonly endpoint?: Endpoint | undefined;
  /** Protocols beside gossip on the same endpoint, by name. Default: none. */
  readonly protocols?: Readonly<Record<string, ProtocolHandler>> | undefined;
}

const aHandler = anObjectWith('a ProtocolHandler', 'accept');

const someProtocols: Check = (name, value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object of ProtocolHandlers by name, got ${describe(value)}`);
  }
  for (const [alpn, handler] of Object.entries(value)) aHandler(`${name}[${JSON.stringify(alpn)}]`, handler);
};

const CHECKS: Checks<BindOptions> = {
  ...GOSSIP_CHECKS,
  secretKey: aSecretKey,
  address: aString,
  advertise: anArrayOf('addresses', aString),
  endpoint: anEndpoint,
  protocols: someProtocols,
};

/** The options, split into those of the endpoint, of the router and of gossip. */
export interface SplitOptions {
  /** Binds an endpoint, or returns the given one. */
  readonly bind: () => Promise<Endpoint>;
  /** Whether we have bound the endpoint, and so must close it. */
  readonly isOurs: boolean;
  readonly protocols: Readonly<Record<string, ProtocolHandler>>;
  readonly gossip: GossipOptions;
}

/** @throws TypeError, RangeError that name the option */
export function splitOptions(options: BindOptions): SplitOptions {
  checkOptions('Gossip.bind', options, CHECKS);
  const { secretKey, address, advertise, endpoint, protocols = {}, ...gossip } = options;
  const request = { secretKey, address, advertise, logger: options.logger };
  if (endpoint === undefined) return { bind: () => bindEndpoint(request), isOurs: true, protocols, gossip };
  const superfluous = Object.entries({ secretKey, address, advertise }).find(([, value]) => value !== undefined);
  if (superfluous)
    throw new TypeError(`${superfluous[0]} is for an endpoint that Gossip.bind makes: leave out either it or endpoint`);
  return { bind: async () => endpoint, isOurs: false, protocols, gossip };
}
