import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import setup from './support/temporary.js';

const before = { ...process.env };
afterEach(() => {
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

test('tests make their temporary folders in one of the run', () => {
  expect(basename(tmpdir())).toMatch(/^grapevine-tests-/);
});

test('which goes with all that was left in it', () => {
  const outer = tmpdir();
  const remove = setup();
  expect(dirname(tmpdir())).toBe(outer);
  const left = mkdtempSync(join(tmpdir(), 'left-'));
  remove();
  expect(existsSync(left)).toBe(false);
  expect(existsSync(tmpdir())).toBe(false);
});
