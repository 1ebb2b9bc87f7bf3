/**
 * Grapevine in a browser tab: an endpoint that dials listeners by WebTransport. Runs in browsers, workers and Node.
 *
 * @module
 */
export { type WebAddr, webAddrs, webTransportAddr } from './address/web-addr.js';
export { BrowserKey } from './browser/browser-key.js';
export { hasWebTransport } from './browser/web-transport.js';
export type { WebKey } from './identity/key.js';
export type { WebSession } from './session/web-session.js';
export { type SessionDialer, WebEndpoint, type WebEndpointOptions } from './web-endpoint.js';
