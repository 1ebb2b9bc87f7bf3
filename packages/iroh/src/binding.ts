import { UnsupportedPlatformError } from '@grapevine/net';
import type * as Iroh from '@number0/iroh';

/**
 * The one file that loads the native module.
 *
 * `@number0/iroh` is iroh's own binding; nobody but this file imports it, so that a platform without a binary fails here, with
 * one error, and nowhere else.
 *
 * @module
 */

/** The binding. */
export type Binding = (typeof Iroh)['default'];

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

async function load(): Promise<Binding> {
  try {
    return (await import('@number0/iroh')).default;
  } catch (cause) {
    throw new UnsupportedPlatformError(
      `@grapevine/iroh could not load @number0/iroh for ${process.platform}-${process.arch}: it runs on linux (x64, arm64, arm; ` +
        'glibc and musl), macOS (arm64), win32 (x64, arm64) and android (arm64, arm). On one of these, install with optional ' +
        'dependencies (no --omit=optional); elsewhere use the QUIC transport: @grapevine/net/quic',
      { cause },
    );
  }
}

/** The loaded binding. Importing this file throws UnsupportedPlatformError where there is none. */
export const iroh: Binding = await load();
