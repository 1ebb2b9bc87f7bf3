import type { EndpointId } from '../identity/endpoint-id.js';
import type { HostPort } from './binding.js';
import type { Driver } from './driver.js';
import type { HeldAcks } from './held-acks.js';
import type { InitialFilter } from './initial-filter.js';
import type { NativeConnection } from './native-connection.js';
import type { Remains } from './native-garbage.js';
import type { Settings } from './options.js';
import type { Expectation } from './peer-check.js';
import type { PeerPath } from './peer-path.js';

/** What a driver needs of its endpoint. */
export interface DriverHost {
  readonly settings: Settings;
  /** Our address as quiche knows it. */
  readonly local: HostPort;
  /** Acknowledgements that wait. */
  readonly heldAcks: HeldAcks;
  /** Call {@link Driver.tick} once, later in this turn of the event loop. */
  schedule(driver: Driver): void;
  /** Writes the connection's next datagrams, none larger than `size`, to the socket. @param keep takes copies of them */
  transmit(native: NativeConnection, to: PeerPath, size: number, keep?: Uint8Array[]): Transmitted;
  /** Sends a datagram made by us. */
  sendDatagram(datagram: Uint8Array, to: HostPort): void;
  /** Answers a packet with a stateless reset, if the id that it is for is ours. */
  sendReset(datagram: Uint8Array, to: HostPort): void;
  /** Sends the close packet, and repeats it when the peer goes on sending. */
  transmitClose(native: NativeConnection, driver: Driver): void;
  /** A peer exceeded a limit: it brought too many bytes or streams that are of no use. @param from where it has proven to be; undefined before */
  flooded(from: HostPort | undefined): void;
  /** No new connection is let in from a host for so long, in milliseconds. */
  refuseHost(host: HostPort, forMs: number): void;
  /** The handshake is done: the peer may reset the connection. */
  opened(driver: Driver): void;
  /** The connection is over: route nothing to it any more. @param remains - what it leaves behind until it is collected */
  forget(driver: Driver, remains: Remains): void;
}

/** What {@link DriverHost.transmit} did. */
export interface Transmitted {
  /** Whether there may be more to send. */
  readonly hasMore: boolean;
  /** Whether a datagram was as large as it might be. */
  readonly hasFilled: boolean;
}

/** What is known when a handshake has ended well. */
export interface PeerIdentity {
  /** Undefined where endpoints need not prove an id: {@link CertificateEndpoint}, whose connections do not show it. */
  readonly remoteId: EndpointId | undefined;
  readonly alpn: string;
}

/** What a driver is made with. */
export interface DriverOptions {
  readonly native: NativeConnection;
  readonly side: 'dialed' | 'accepted';
  readonly remote: HostPort;
  /** Whether an accepted peer has shown before that it receives where it is: by the token of a retry. Default: not yet. */
  readonly isAddressProven?: boolean;
  /** Looks into what an accepted peer sends, until its handshake is done. */
  readonly filter?: InitialFilter;
  /** What the peer must prove. */
  readonly expected: Expectation;
  /** The protocol a dial asks for. */
  readonly alpn?: string;
  /** Called when the handshake has ended, either way. */
  readonly onHandshakeEnd?: () => void;
}
