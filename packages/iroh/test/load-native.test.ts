import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UnsupportedPlatformError } from '@grapevine/net';
import { afterAll, expect, test } from 'vitest';
import { loadNative } from '../src/load-native.js';

const folder = mkdtempSync(join(tmpdir(), 'grapevine-iroh-native-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PLATFORM = 'linux-x64';
const empty = createRequire(join(folder, 'program.js'));

function failure(...args: Parameters<typeof loadNative>): Error {
  try {
    loadNative(...args);
  } catch (error) {
    expect(error).toBeInstanceOf(UnsupportedPlatformError);
    return error as Error;
  }
  throw new Error('it loads');
}

test('a platform that iroh has no binary for: names those that there are, and the way out', () => {
  expect(failure(empty, 'darwin-x64').message).toMatch(
    /no binary for darwin-x64: .*linux.*macOS.*win32.*@grapevine\/net\/quic/,
  );
});

test('a bundle without the module: says so', () => {
  expect(failure(empty, PLATFORM).message).toMatch(/^@number0\/iroh is not installed.*bundle/);
});

test('optional dependencies left out: says how to install them, and what the binding said', () => {
  const installed = dirname(createRequire(import.meta.url).resolve('@number0/iroh'));
  const copy = join(folder, 'node_modules/@number0/iroh');
  mkdirSync(copy, { recursive: true });
  for (const file of ['package.json', 'index.js']) cpSync(join(installed, file), join(copy, file));
  expect(failure(empty, PLATFORM).message).toMatch(
    /runs on linux-x64, but.*--omit=optional.*It says: Cannot find native binding/s,
  );
});
