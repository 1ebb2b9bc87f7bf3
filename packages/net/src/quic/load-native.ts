import { UnsupportedPlatformError } from '../errors.js';
import type { Quiche } from './native-types.js';

/** The packages with a binary for a platform, the best first. */
const BINARIES: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': ['@matrixai/quic-linux-x64'],
  'darwin-x64': ['@matrixai/quic-darwin-x64', '@matrixai/quic-darwin-universal'],
  'darwin-arm64': ['@matrixai/quic-darwin-arm64', '@matrixai/quic-darwin-universal'],
  'win32-x64': ['@matrixai/quic-win32-x64'],
};

const PLATFORMS = 'linux-x64 (glibc), macOS (x64, arm64) and win32-x64';
const ELSEWHERE = 'elsewhere use the iroh transport: @grapevine/iroh';

/** Where a program runs. */
export interface Platform {
  /** Such as `linux-x64`. */
  readonly name: string;
  readonly hasMusl: () => boolean;
}

/**
 * Loads the native module.
 *
 * @param load - `require` of some file; webpack leaves nothing of it in a bundle of CommonJS.
 * @throws UnsupportedPlatformError that says what is missing and how to get it.
 */
export function loadNative(load: ((name: string) => unknown) | undefined, { name, hasMusl }: Platform): Quiche {
  const binaries = BINARIES[name];
  if (binaries === undefined) {
    throw new UnsupportedPlatformError(
      `@grapevine/net/quic has no native QUIC module for ${name}: it runs on ${PLATFORMS}; ${ELSEWHERE}`,
    );
  }
  if (typeof load !== 'function') {
    throw new UnsupportedPlatformError(
      `@grapevine/net/quic was bundled, and a bundle cannot contain ${binaries.join(' or ')}: mark @grapevine/net as external in the ` +
        'bundler, and install it beside the bundle',
    );
  }
  let missing: unknown;
  for (const binary of binaries) {
    try {
      return load(binary) as Quiche;
    } catch (cause) {
      if (!isMissing(cause)) throw broken(binary, cause, hasMusl());
      missing = cause;
    }
  }
  throw new UnsupportedPlatformError(
    `@grapevine/net/quic runs on ${name}, but ${binaries.join(' or ')} is not installed. It is an optional dependency of ` +
      '@grapevine/net: install with optional dependencies (no --omit=optional), on the platform that the program runs on. A bundle ' +
      'cannot contain it: install @grapevine/net beside the bundle',
    { cause: missing },
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
}

function broken(binary: string, cause: unknown, hasMusl: boolean): UnsupportedPlatformError {
  if (hasMusl) {
    return new UnsupportedPlatformError(
      `${binary} needs glibc, and this system has musl (Alpine, for instance): use an image with glibc, or the iroh transport, ` +
        'which runs on musl: @grapevine/iroh',
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UnsupportedPlatformError(`${binary} is installed, and does not load: ${reason}`, { cause });
}
