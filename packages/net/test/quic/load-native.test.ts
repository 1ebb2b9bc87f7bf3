import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UnsupportedPlatformError } from '../../src/errors.js';
import { loadNative } from '../../src/quic/load-native.js';

const folder = mkdtempSync(join(tmpdir(), 'grapevine-native-'));
afterAll(() => rmSync(folder, { recursive: true }));

const glibc = { name: 'linux-x64', hasMusl: () => false };
/** `require` of a program in a folder with these packages, each of which is a file that is no library. */
function requireIn(name: string, ...packages: string[]): NodeJS.Require {
  for (const each of packages) {
    const path = join(folder, name, 'node_modules', each);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: each, main: 'library.node' }));
    writeFileSync(join(path, 'library.node'), 'not a library');
  }
  return createRequire(join(folder, name, 'program.js'));
}

function failure(...args: Parameters<typeof loadNative>): Error {
  try {
    loadNative(...args);
  } catch (error) {
    expect(error).toBeInstanceOf(UnsupportedPlatformError);
    return error as Error;
  }
  throw new Error('it loads');
}

test('a platform that there is no binary for: names those that there are, and the way out', () => {
  const { message } = failure(requireIn('empty'), { name: 'linux-arm64', hasMusl: () => false });
  expect(message).toMatch(
    /no native QUIC module for linux-arm64: .*linux-x64 \(glibc\), macOS.*win32-x64.*@grapevine\/iroh/,
  );
});

test('optional dependencies left out: names the package, and says how to install it', () => {
  const { message, cause } = failure(requireIn('empty'), glibc);
  expect(message).toMatch(/^@grapevine\/net\/quic runs on linux-x64, but @matrixai\/quic-linux-x64 is not installed/);
  expect(message).toMatch(/--omit=optional.*bundle/);
  expect(cause).toMatchObject({ code: 'MODULE_NOT_FOUND' });
  expect(failure(requireIn('empty'), { ...glibc, name: 'darwin-arm64' }).message).toMatch(
    /@matrixai\/quic-darwin-arm64 or @matrixai\/quic-darwin-universal is not installed/,
  );
});

test('a binary that does not load: says so with the reason, or that it is for another C library', () => {
  const load = requireIn('broken', '@matrixai/quic-linux-x64');
  const { message, cause } = failure(load, glibc);
  expect(message).toMatch(/^@matrixai\/quic-linux-x64 is installed, and does not load: .*library\.node/);
  expect(cause).toMatchObject({ code: 'ERR_DLOPEN_FAILED' });
  expect(failure(load, { ...glibc, hasMusl: () => true }).message).toMatch(/needs glibc.*musl.*@grapevine\/iroh/);
});

test('the second binary of a platform counts where the first is missing', () => {
  const load = requireIn('universal', '@matrixai/quic-darwin-universal');
  expect(failure(load, { ...glibc, name: 'darwin-x64' }).message).toMatch(/quic-darwin-universal is installed/);
});

test('a bundle of which nothing could be required says so', () => {
  expect(failure(undefined, glibc).message).toMatch(/was bundled.*@grapevine\/net as external/);
});
