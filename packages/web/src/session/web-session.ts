import type { Connection } from '@grapevine/net';

/**
 * A WebTransport session, carried by the browser or by HTTP/3 on our own QUIC driver: a {@link Connection} without the proof of the other end's
 * identity.
 */
export type WebSession = Omit<Connection, 'remoteId' | 'alpn' | 'side' | 'stableId'>;
