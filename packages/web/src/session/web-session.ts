import type { Connection } from '@grapevine/net';

/**
 * A WebTransport session, whoever carries it: the browser, or HTTP/3 on our own QUIC driver. What it lacks of a {@link Connection} is
 * the proof of the other end's identity.
 */
export type WebSession = Omit<Connection, 'remoteId' | 'alpn' | 'side' | 'stableId'>;
