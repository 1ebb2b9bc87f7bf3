import { describe, expect, it } from 'vitest';
import { SendCheck } from '../../src/quic/send-check.js';
import { DgramSocket } from '../../src/quic/udp-socket.js';

const failure = (code: string) => Object.assign(new Error(code), { code });

describe('the outcome of sends', () => {
  it('is asked for once a second, and of every send after a fatal error', () => {
    const check = new SendCheck();
    expect([0, 1, 999, 1000, 1500].map((now) => check.isDue(now))).toEqual([true, false, false, true, false]);
    check.outcome(failure('EBADF'));
    expect([1501, 1502].map((now) => check.isDue(now))).toEqual([true, true]);
    check.outcome(null);
    expect(check.isDue(1503)).toBe(false);
  });

  it('tells a dead socket by three fatal errors in a row', () => {
    const check = new SendCheck();
    expect(['EBADF', 'ENOTSOCK', 'EPIPE'].map((code) => check.outcome(failure(code)))).toEqual([false, false, true]);
  });

  it('takes a network that is down, or a full buffer, for nothing but that', () => {
    const check = new SendCheck();
    for (const code of ['ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'ENOBUFS', 'EMSGSIZE', 'EPERM']) {
      for (let i = 0; i < 10; i++) expect(check.outcome(failure(code))).toBe(false);
    }
    for (let i = 0; i < 10; i++) expect(check.outcome(failure(i % 3 ? 'EBADF' : 'ENETDOWN'))).toBe(false);
  });
});

describe("Node's socket", () => {
  it('survives a destination that it cannot send to', async () => {
    const socket = new DgramSocket();
    const errors: Error[] = [];
    socket.onError((error) => errors.push(error));
    await socket.bind({ host: '127.0.0.1', port: 0 });
    for (let i = 0; i < 10; i++) {
      socket.send(Uint8Array.of(1), '127.0.0.1', 0);
      socket.send(new Uint8Array(70_000), '127.0.0.1', 9);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual([]);
    await socket.close();
  });
});
