import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { silentLogger } from '@grapevine/net';
import { afterEach, expect, test, vi } from 'vitest';
import { pingSystemd } from '../src/node/systemd.js';
import { TemporaryFolder } from './node-process.js';

afterEach(() => vi.unstubAllEnvs());

/** A `systemd-notify` that writes down what it is told. */
function withNotify(folder: TemporaryFolder): () => string[] {
  const [program, log] = [folder.join('systemd-notify'), folder.join('log')];
  writeFileSync(program, `#!/bin/sh\necho "$@" >> ${log}\n`);
  chmodSync(program, 0o755);
  vi.stubEnv('PATH', `${folder.path}:${process.env.PATH}`);
  return () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
}

const watched = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '300000' };

test('systemd is told at once, and three times as often as it wants to know, that the node lives', async () => {
  using folder = new TemporaryFolder();
  const told = withNotify(folder);
  const stop = pingSystemd(watched, silentLogger);
  await expect.poll(() => told().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
  stop();
  expect(new Set(told())).toEqual(new Set(['WATCHDOG=1']));
});

test.each([
  ['nobody asks', {}],
  ['there is no watchdog', { NOTIFY_SOCKET: '/run/systemd/notify' }],
  ['somebody else is watched', { ...watched, WATCHDOG_PID: '1' }],
])('where %s nothing is told', async (_, environment) => {
  using folder = new TemporaryFolder();
  const told = withNotify(folder);
  const stop = pingSystemd(environment, silentLogger);
  const control = pingSystemd({ ...watched, WATCHDOG_USEC: '60000000' }, silentLogger); // shows that something could have been told by now
  await expect.poll(() => told().length, { timeout: 10_000 }).toBe(1);
  stop();
  control();
});

test('without systemd-notify that is said in the log', async () => {
  using folder = new TemporaryFolder();
  vi.stubEnv('PATH', folder.path);
  const errors: string[] = [];
  const logger = { ...silentLogger, error: (_fields: object, message: string) => void errors.push(message) };
  const stop = pingSystemd(watched, logger);
  await expect.poll(() => errors.length).toBeGreaterThan(0);
  stop();
  expect(errors[0]).toContain('systemd-notify could not tell it');
});
