import { createRequire } from 'node:module';
import { loadNative } from './load-native.js';
import type { Quiche } from './native-types.js';

/**
 * The one file that loads the native module, quiche 0.18 as a prebuilt binary, so that a platform without one fails here, with one error, and nowhere
 * else. It loads synchronously, because `require` takes no modules that await at their top level.
 *
 * @module
 */

export type { HostPort, NativeConfig, NativeError, RawConnection, RecvInfo } from './native-types.js';

/** Which half of a stream `streamShutdown` ends. */
export const SHUTDOWN_READ = 0;
export const SHUTDOWN_WRITE = 1;

// Bundlers that write CommonJS leave the URL empty: then the packages beside the program are searched.
const here: string | undefined = import.meta.url;

/** The loaded binding. Importing this file throws UnsupportedPlatformError where there is none. */
export const quiche: Quiche = loadNative(createRequire(here ?? process.argv[1] ?? process.cwd()), {
  name: `${process.platform}-${process.arch}`,
  hasMusl,
});

function hasMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header !== undefined && report.header.glibcVersionRuntime === undefined;
}
