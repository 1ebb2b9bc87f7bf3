import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeAtomically } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'grapevine-kit-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file that is written atomically', () => {
  test('is there with its folders, and replaces what was there', () => {
    const path = join(folder, 'a/b/file');
    writeAtomically(path, 'one');
    writeAtomically(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['file']);
  });

  test('has the permissions that a secret needs', () => {
    const path = join(folder, 'secret');
    writeAtomically(path, 'x', { mode: 0o600 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test.skipIf(process.platform !== 'linux')('says where no folder can be made, at once (needs /proc: Linux)', () => {
    expect(() => writeAtomically('/proc/no-such/a/file', 'new')).toThrow(
      "can't make /proc/no-such: its file system takes no folders (ENOENT)",
    );
  });

  test('says that a file is where a folder should be', () => {
    writeFileSync(join(folder, 'plain'), '');
    expect(() => writeAtomically(join(folder, 'plain/below/file'), 'new')).toThrow(
      `can't make ${join(folder, 'plain')}: there is a file of that name (EEXIST)`,
    );
  });

  test('leaves nothing behind when it cannot be put in place, and keeps what was there', () => {
    const path = join(folder, 'taken');
    writeAtomically(join(path, 'inside'), 'kept');
    expect(() => writeAtomically(path, 'new')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('kept');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')(
    'keeps what was there when the disk is full (needs /dev/full: Linux)',
    () => {
      const path = join(folder, 'full');
      writeFileSync(path, 'old');
      // The temporary file leads to a device that is always full.
      symlinkSync('/dev/full', `${path}.${process.pid}.tmp`);
      expect(() => writeAtomically(path, 'new')).toThrow(`can't write ${path}: the disk is full (ENOSPC)`);
      expect(readFileSync(path, 'utf8')).toBe('old');
    },
  );
});
