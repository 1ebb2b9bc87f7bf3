/**
 * The iroh transport: Grapevine's transport seam on iroh's own JavaScript binding, `@number0/iroh`.
 *
 * @module
 */
export { type ProtocolHandler, Router, type RouterOptions, SecretKey } from '@grapevine/net';
export { IrohEndpoint } from './endpoint.js';
export type { IrohEndpointOptions, IrohPreset, IrohRelays, IrohTransportOptions } from './options.js';
