import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LogOutput } from '../src/node/log-output.js';
import { TemporaryFolder } from './node-process.js';

test('lines that could not be written are counted in the log as soon as it takes lines again', () => {
  using folder = new TemporaryFolder();
  const path = folder.join('log');
  const fd = openSync(path, 'a');
  const full = openSync(path, 'r'); // as a full disk: it takes nothing
  const complaints: string[] = [];
  let room = 6;
  const log = new LogOutput(
    (bytes) => {
      const taken = writeSync(room > 0 ? fd : full, bytes.subarray(0, room));
      room -= taken;
      return taken;
    },
    (text) => complaints.push(text),
  );
  for (const line of ['one', 'two', 'three']) log.write(`${line}\n`);
  expect(complaints).toEqual([expect.stringMatching(/^grapevine: can't write the log, lines are lost: EBADF/)]);
  room = 1_000;
  for (const line of ['four', 'five']) log.write(`${line}\n`);
  const [one, torn, loss = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  expect([one, torn]).toEqual(['one', 'tw']);
  expect(JSON.parse(loss)).toMatchObject({ level: 40, lines: 2 });
  expect(rest).toEqual(['four', 'five', '']);
  closeSync(fd);
  closeSync(full);
});
