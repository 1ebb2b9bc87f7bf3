import { readFileSync } from 'node:fs';
import { topicIdFrom } from '@grapevine/api';
import { type Clock, type EndpointAddr, endpointAddr, SecretKey, silentLogger } from '@grapevine/net';
import { expect, test, vi } from 'vitest';
import { PeerFile } from '../src/node/peer-file.js';
import { TemporaryFolder } from './node-process.js';

const TOPIC = topicIdFrom('room');

/** A clock that a test moves, with one timer. */
function clock() {
  let now = 0;
  let timer: { readonly at: number; readonly callback: () => void } | undefined;
  const made: Clock = {
    now: () => now,
    wallNow: () => now,
    setTimer: (callback, delayMs) => {
      timer = { at: now + Math.max(0, delayMs), callback };
      return {
        cancel: () => {
          timer = undefined;
        },
      };
    },
    defer: (callback) => {
      const immediate = setImmediate(callback);
      return { cancel: () => clearImmediate(immediate) };
    },
  };
  const tick = () => {
    now++;
    const due = timer;
    if (!due || due.at > now) return;
    timer = undefined;
    due.callback();
  };
  return { made, tick };
}

const peer = (host: string): EndpointAddr => endpointAddr(SecretKey.generate().id, { host, port: 7 });

test('a thousand peers that come and go in three seconds have the file written once a second, and nobody waits for it', async () => {
  using folder = new TemporaryFolder();
  const { made, tick } = clock();
  const file = new PeerFile(folder.path, silentLogger, made);
  const saves = vi.spyOn(file, 'save');
  for (let i = 0; i < 3_000; i++) {
    if (i % 3 === 0) {
      file.remember(TOPIC, [peer(`192.0.2.${i % 250}`)]);
      file.saveSoon(); // returns nothing: the caller goes on
    }
    tick();
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve)); // the write begins
  }
  const writes = new Set(saves.mock.results.map(({ value }) => value)); // who asks for a write that has not begun gets the same
  await Promise.all(writes);
  expect(writes.size).toBeGreaterThan(1);
  expect(writes.size).toBeLessThanOrEqual(5);
  expect(JSON.parse(readFileSync(folder.join('peers.json'), 'utf8')).topics[TOPIC]).toHaveLength(32);
});

test('one host with many keys pushes out its own peers, and nobody else', () => {
  using folder = new TemporaryFolder();
  const file = new PeerFile(folder.path, silentLogger);
  const honest = [peer('192.0.2.1'), peer('192.0.2.2')];
  file.remember(TOPIC, honest);
  for (let i = 0; i < 200; i++) file.remember(TOPIC, [peer('198.51.100.9')]);
  const kept = file.of(TOPIC);
  expect(kept).toHaveLength(32);
  const others = new PeerFile(folder.path, silentLogger);
  others.remember(TOPIC, honest);
  expect(kept).toEqual(expect.arrayContaining([...others.of(TOPIC)]));
});
