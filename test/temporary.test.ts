import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import setup from './support/temporary.js';

const VARIABLES = ['TMPDIR', 'TMP', 'TEMP'];
const before = { ...process.env };
afterEach(() => {
  for (const name of VARIABLES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

/** Has the system's folder be another one, as before a run. */
function outside(): string {
  const folder = mkdtempSync(join(tmpdir(), 'outside-'));
  for (const name of VARIABLES) process.env[name] = folder;
  return folder;
}

test('tests make their temporary folders in one of the run', () => {
  expect(basename(tmpdir())).toMatch(/^grapevine-tests-/);
});

test('which goes with all that was left in it', () => {
  const outer = outside();
  const remove = setup();
  expect(dirname(tmpdir())).toBe(outer);
  const left = mkdtempSync(join(tmpdir(), 'left-'));
  remove();
  expect(existsSync(left)).toBe(false);
  expect(existsSync(tmpdir())).toBe(false);
});

test('and is one for all parts of a run', () => {
  outside();
  const remove = setup();
  const folder = tmpdir();
  const removeOfPart = setup();
  expect(tmpdir()).toBe(folder);
  removeOfPart();
  expect(existsSync(folder)).toBe(true);
  remove();
});
