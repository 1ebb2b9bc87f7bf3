import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reconciliation, ReconciliationError, saltOf } from '../../src/reconciliation/index.js';
import { ids, keySet, reconcile } from './support.js';

const SALT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const OURS = keySet(ids(2_000, 3), SALT);
const RUNS = { seed: 11, numRuns: 2_000 };

/** Feeds a frame and measures the answer. @returns undefined where the session ended with its error; anything else is thrown on */
function feed(session: Reconciliation, frame: Uint8Array): number | undefined {
  try {
    let bytes = 0;
    for (const answer of session.receive(frame)) bytes += answer.length;
    return bytes;
  } catch (error) {
    if (error instanceof ReconciliationError) return undefined;
    throw error;
  }
}

function begun(): Reconciliation {
  const session = Reconciliation.begin(OURS);
  session.opening();
  return session;
}

describe('whatever a peer sends', () => {
  it('is taken, or raises the one error, when it is garbage', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), fc.boolean(), (frames, initiator) => {
        const session = initiator ? begun() : Reconciliation.answer(OURS);
        for (const frame of frames) if (feed(session, frame) === undefined) break;
      }),
      RUNS,
    );
  });

  it('is taken, or raises the one error, when honest frames are cut, lengthened or changed', () => {
    const { frames } = reconcile(ids(2_500, 4), ids(2_500, 4).slice(100));
    const change = fc.record({ frame: fc.nat(frames.length - 1), at: fc.nat(400), to: fc.nat(255), cut: fc.nat(400) });
    fc.assert(
      fc.property(change, fc.boolean(), ({ frame, at, to, cut }, lengthen) => {
        const sessions = [Reconciliation.answer(keySet(ids(2_500, 4).slice(100, 400), SALT)), begun()];
        for (const [i, original] of frames.entries()) {
          const bytes = i === frame ? original.slice(0, lengthen ? undefined : original.length - cut) : original;
          if (i === frame && at < bytes.length) bytes[at] = to;
          const sent = i === frame && lengthen ? Uint8Array.of(...bytes, to) : bytes;
          if (feed(sessions[i % 2] as Reconciliation, sent) === undefined) break;
        }
      }),
      { ...RUNS, numRuns: 300 },
    );
  });

  it('is taken, or raises the one error, byte by byte', () => {
    const { frames } = reconcile(ids(300, 4), ids(300, 5));
    for (const frame of frames) {
      for (const byte of frame) {
        feed(begun(), Uint8Array.of(byte));
        feed(Reconciliation.answer(OURS), Uint8Array.of(byte));
      }
      for (let length = 0; length < Math.min(frame.length, 600); length++) {
        feed(begun(), frame.slice(0, length));
        feed(Reconciliation.answer(OURS), frame.slice(0, length));
      }
    }
  });

  it('makes us send each of our keys at most once', () => {
    // Every part differs, again and again, until all our keys are listed.
    const session = Reconciliation.answer(OURS);
    const parts = new Uint8Array(3 * 8).fill(0xff);
    let sent = feed(session, Uint8Array.of(...SALT, 0xff, 0xff, 0x03, 0, 0, 0, 0, 0, 0, 7, ...parts)) as number;
    for (let round = 0; round < 50; round++) {
      const answer = feed(session, Uint8Array.of(0, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)); // the next part again in two
      if (answer === undefined) break;
      sent += answer;
    }
    expect(sent).toBeLessThan(2_000 * 6 * 1.5);
  });

  it.each([
    ['limit', 'more ids than allowed', [...SALT, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, 0, 0, 0]],
    ['limit', 'more parts than allowed', [...SALT, 1, 0, 0, 0, 0, 0, 0, 2 * 7 + 1]],
    ['limit', 'no parts', [...SALT, 1, 0, 0, 0, 0, 0, 0, 1]],
    ['limit', 'more keys than announced', [...SALT, 1, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0]],
    ['malformed', 'keys that do not ascend', [...SALT, 2, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]],
    ['malformed', 'an end inside a key', [...SALT, 2, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0]],
    ['malformed', 'nothing', []],
    ['unexpected', 'an answer before the question', [...SALT, 0, 0, 0, 0, 0, 0, 0, 0, 8]],
  ])('is refused as %s: %s', (problem, _what, bytes) => {
    const session = Reconciliation.answer(OURS);
    const take = () => [...session.receive(Uint8Array.from(bytes))];
    expect(take).toThrow(ReconciliationError);
    expect(take).toThrow('after the end'); // and the session is over
    try {
      void [...Reconciliation.answer(OURS).receive(Uint8Array.from(bytes))];
    } catch (error) {
      expect(error).toMatchObject({ problem });
    }
  });

  it('is refused after the end, when it is empty, and when it is too long', () => {
    const session = begun();
    void [...session.receive(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 8))];
    expect(session.settled).toBe(true);
    expect(() => [...session.receive(Uint8Array.of(1))]).toThrow('after the end');
    const waiting = begun();
    void [...waiting.receive(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 3, 0))];
    expect(() => [...waiting.receive(new Uint8Array(0))]).toThrow('empty');
    expect(() => [...begun().receive(new Uint8Array(40_000))]).toThrow('40000 bytes');
    expect(() => saltOf(new Uint8Array(7))).toThrow(ReconciliationError);
  });
});
