import { expect, test, vi } from 'vitest';

// What the dialer remembers, where a browser is not needed: real ones dial in `browser-compliance.slow` and in `apps/web/test`.

test('a dead hub is dialed again after a pause, and at once when the browser is online again', async () => {
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  let dials = 0;
  vi.stubGlobal(
    'WebTransport',
    class {
      readonly ready = Promise.reject(new Error('nobody there'));
      readonly closed = Promise.reject(new Error('nobody there'));
      constructor() {
        dials++;
        this.closed.catch(() => {});
      }
      close(): void {}
    },
  );
  const { browserDialer } = await import('../src/browser/browser-dialer.js');
  const dial = () =>
    browserDialer({ authority: '192.0.2.1:4433', hashes: [] } as unknown as Parameters<typeof browserDialer>[0], '/x', {
      signal: new AbortController().signal,
    }).catch(({ message }: Error) => message);
  expect(await dial()).toContain('could not reach 192.0.2.1:4433');
  expect(await dial()).toMatch(/is tried again in \d+ ms$/);
  expect(dials).toBe(1);
  page.dispatchEvent(new Event('online'));
  expect(await dial()).toContain('could not reach');
  expect(dials).toBe(2);
  vi.unstubAllGlobals();
});
