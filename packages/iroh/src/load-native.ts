import { UnsupportedPlatformError } from '@grapevine/net';
import type { Binding } from './binding.js';

const PLATFORMS = 'linux (x64, arm64, arm; glibc and musl), macOS (arm64), win32 (x64, arm64) and android (arm64, arm)';
const SUPPORTED = /^(linux-(x64|arm64|arm)|darwin-arm64|win32-(x64|arm64)|android-(arm64|arm))$/;

/**
 * Loads iroh's binding.
 *
 * @param load - `require` of some file.
 * @param platform - Such as `linux-x64`.
 * @throws UnsupportedPlatformError that says what is missing and how to get it.
 */
export function loadNative(load: (name: string) => unknown, platform: string): Binding {
  try {
    return load('@number0/iroh/index.js') as Binding;
  } catch (cause) {
    throw new UnsupportedPlatformError(explain(platform, cause), { cause });
  }
}

function explain(platform: string, cause: unknown): string {
  if (!SUPPORTED.test(platform)) {
    return (
      `@number0/iroh has no binary for ${platform}: it runs on ${PLATFORMS}; elsewhere use the QUIC transport: ` +
      '@grapevine/net/quic'
    );
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.startsWith("Cannot find module '@number0/iroh/index.js'")) {
    return '@number0/iroh is not installed. A bundle cannot contain it: install @grapevine/iroh beside the bundle';
  }
  return (
    `@number0/iroh runs on ${platform}, but its binary is not installed or does not load: install with optional dependencies ` +
    `(no --omit=optional), on the platform that the program runs on. It says: ${message}`
  );
}
