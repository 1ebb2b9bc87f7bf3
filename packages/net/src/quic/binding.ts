import type quicheBinding from '@matrixai/quic/native/quiche.js';
import { UnsupportedPlatformError } from '../errors.js';

/**
 * The one file that loads the native module.
 *
 * `@matrixai/quic` carries quiche 0.18 as a prebuilt binary; nobody but this file imports it, so that a platform without a
 * binary fails here, with one error, and nowhere else.
 *
 * @module
 */

/** The bare binding: `Config`, `Connection` and constants. */
export type Quiche = typeof quicheBinding;

export type {
  Config as NativeConfig,
  Connection as RawConnection,
  ConnectionError as NativeError,
  Host as HostPort,
  RecvInfo,
  SendInfo,
} from '@matrixai/quic/native/types.js';

/** `Shutdown` of the binding: a TypeScript enum there, spelled out here so that only types are imported from its classes. */
export const SHUTDOWN_READ = 0;
export const SHUTDOWN_WRITE = 1;

async function load(): Promise<Quiche> {
  try {
    return (await import('@matrixai/quic/native/quiche.js')).default;
  } catch (cause) {
    throw new UnsupportedPlatformError(
      `@grapevine/net/quic has no native QUIC module for ${process.platform}-${process.arch}: it runs on linux-x64 (glibc), ` +
        'macOS (x64, arm64) and win32-x64. Elsewhere use the iroh transport: @grapevine/iroh',
      { cause },
    );
  }
}

/** The loaded binding. Importing this file throws UnsupportedPlatformError where there is none. */
export const quiche: Quiche = await load();
