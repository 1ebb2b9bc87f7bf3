/**
 * The QUIC transport: a driver of our own on the native module of `@matrixai/quic`.
 *
 * @module
 */
export { SecretKey } from '../identity/secret-key.js';
export { type ProtocolHandler, Router, type RouterOptions } from '../transport/router.js';
export {
  type CertificateConnection,
  CertificateEndpoint,
  type CertificateIncoming,
  type PinnedServer,
} from './certificate-endpoint.js';
export type { EndpointStats } from './core.js';
export { Endpoint } from './endpoint.js';
export type { CertificateEndpointOptions, EndpointOptions, ServerCertificate } from './options.js';
export { DgramSocket, type UdpSocket } from './udp-socket.js';
