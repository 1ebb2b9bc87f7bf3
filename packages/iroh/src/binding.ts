import { createRequire } from 'node:module';
import type * as Iroh from '@number0/iroh';
import { loadNative } from './load-native.js';

/**
 * The one file that loads the native module.
 *
 * `@number0/iroh` is iroh's own binding; only this file imports it, so that a platform without a binary fails here, with
 * one error. It loads synchronously, because `require` takes no modules with a top-level `await`.
 *
 * @module
 */

/** The binding. */
export type Binding = typeof Iroh;

export type {
  BiStream as NativeBiStream,
  Connection as NativeConnection,
  Endpoint as NativeEndpoint,
  EndpointAddr as NativeAddr,
  Incoming as NativeIncoming,
  RecvStream as NativeRecvStream,
  RelayMode as NativeRelayMode,
  SendStream as NativeSendStream,
} from '@number0/iroh';

// Bundlers that write CommonJS leave the URL empty: then it is resolved from the program.
const here: string | undefined = import.meta.url;

/** The loaded binding. Importing this file throws UnsupportedPlatformError where there is none. */
export const iroh: Binding = loadNative(
  createRequire(here ?? process.argv[1] ?? process.cwd()),
  `${process.platform}-${process.arch}`,
);
