/**
 * For Node: what browsers dial, and a dialer of the same kind for programs that are no browser.
 *
 * @module
 */
export { HubEndpoint } from './hub-endpoint.js';
export { QuicDialer } from './quic-dialer.js';
export { WebListener, type WebListenerOptions } from './web-listener.js';
