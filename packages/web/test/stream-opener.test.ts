import { type SendStream, StreamLimitError } from '@grapevine/net';
import { type Deferred, deferred } from '@grapevine/net/transport';
import { describe, expect, test } from 'vitest';
import { StreamOpener } from '../src/browser/stream-opener.js';

// `browser-compliance.slow.test.ts` has found out what the two browsers do, and tests the same in the browsers themselves.
const refuses = () => Promise.reject(new Error('Failed to create send stream.')); // Chromium
const isSilent = () => new Promise<SendStream>(() => {}); // Firefox

describe.each([
  ['refuses', refuses],
  ['is silent', isSilent],
] as const)('a browser that %s at the limit of one-way streams', (_, atLimit) => {
  const opened: SendStream[] = [];
  let allowed = 0;
  const create = () => {
    if (allowed === 0) return atLimit();
    allowed--;
    const stream = { number: opened.length } as unknown as SendStream;
    opened.push(stream);
    return Promise.resolve(stream);
  };

  test('is asked again, and as many are told as streams can be had', async () => {
    const over: Deferred<void> = deferred();
    const opener = new StreamOpener(create, over.promise);
    allowed = 1;
    await opener.available();
    expect(await opener.open()).toBe(opened[0]);
    await expect(opener.open()).rejects.toThrow(StreamLimitError);
    await expect(opener.open()).rejects.toThrow(StreamLimitError); // at once: nothing has changed

    const told: string[] = [];
    const waiting = ['first', 'second', 'third'].map((name) => opener.available().then(() => told.push(name)));
    allowed = 2;
    await Promise.all(waiting.slice(0, 2));
    expect(told).toEqual(['first', 'second']);
    expect([await opener.open(), await opener.open()]).toEqual(opened.slice(1));
    expect(allowed).toBe(0);

    over.resolve();
    await waiting[2];
    expect(told).toEqual(['first', 'second', 'third']);
    await opener.available();
  });
});
