import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { UsageError } from '@grapevine/cli-kit';
import { silentLogger } from '@grapevine/net';
import { expect, test } from 'vitest';
import { lockFolder, ownerOf } from '../src/node/folder-lock.js';
import { TemporaryFolder } from './node-process.js';

const lock = (folder: string) => lockFolder(folder, silentLogger);

/** What a process leaves behind that was killed while it had the lock. */
async function leaveStaleLock(folder: string, number: number): Promise<void> {
  const path = join(folder, `lock.${number}`);
  const code = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  const child = spawn(process.execPath, ['-e', code]);
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  expect(readdirSync(folder)).toContain(`lock.${number}`);
}

test('a folder has one owner, also among processes with the same number, as in two containers', async () => {
  using folder = new TemporaryFolder();
  const release = await lock(folder.path);
  await expect(lock(folder.path)).rejects.toThrow(`${folder.path} is in use by process ${process.pid}: end it`);
  expect(await ownerOf(folder.path)).toEqual({ pid: process.pid });
  await release();
  expect(await ownerOf(folder.path)).toBeUndefined();
  expect(readdirSync(folder.path)).toEqual([]);
  await (await lock(folder.path))();
});

test('a lock of a process that was killed is free, whoever has its number now', async () => {
  using folder = new TemporaryFolder();
  writeFileSync(join(folder.path, 'lock'), `${process.ppid}\n`); // as earlier versions wrote it: a process that lives, and is no node
  await leaveStaleLock(folder.path, 3);
  expect(await ownerOf(folder.path)).toBeUndefined();
  const release = await lock(folder.path);
  expect(readdirSync(folder.path).sort()).toEqual(['lock', 'lock.4']);
  await expect(lock(folder.path)).rejects.toThrow('is in use');
  await release();
});

test('of many at once, one gets it', async () => {
  using folder = new TemporaryFolder();
  for (let round = 1; round <= 10; round++) {
    if (round % 2 === 0) await leaveStaleLock(folder.path, round);
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => lock(folder.path)));
    const won = all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(won).toHaveLength(1);
    for (const release of won) await release();
  }
});

test('a process that stands still keeps its lock', async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, 'lock.1');
  const server = createServer(() => {}); // says nothing
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  expect(await ownerOf(folder.path)).toEqual({ pid: undefined });
  await expect(lock(folder.path)).rejects.toThrow('is in use by another process');
  server.close();
});

test('a folder may have a long name', async () => {
  using folder = new TemporaryFolder();
  const long = folder.join('a'.repeat(120));
  mkdirSync(long);
  if (process.platform !== 'linux') {
    await expect(lock(long)).rejects.toThrow('choose a shorter one');
    return;
  }
  const release = await lock(long);
  await expect(lock(long)).rejects.toThrow(`is in use by process ${process.pid}`);
  await release();
  expect(readdirSync(long)).toEqual([]);
});

test('a path that cannot be a folder is the mistake of whoever has named it', async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, 'file');
  writeFileSync(file, '');
  const problem = `can't make ${file}: there is a file of that name (EEXIST). Choose another folder with --data`;
  await expect(lock(file)).rejects.toThrow(new UsageError(problem));
});
