import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import { nodeBudgets } from '../src/broadcast/node-budgets.js';
import { PayloadWindow } from '../src/broadcast/payload-window.js';
import type { GossipMessage, MessageId } from '../src/index.js';
import { resolveConfig } from '../src/resolve-config.js';

const RETENTION = 1_000;
const config = resolveConfig({ broadcast: { messageCacheRetention: RETENTION } });
const message = (name: number): GossipMessage => ({
  type: 'gossip',
  id: String.fromCharCode(name).repeat(16) as MessageId,
  content: new Uint8Array(name),
  scope: { type: 'swarm', round: name },
});

describe('the window of payloads', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ insert: fc.integer({ min: 1, max: 30 }), age: fc.nat({ max: RETENTION - 1 }) }),
    },
    { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 400 }) }) },
    { weight: 1, arbitrary: fc.record({ forget: fc.integer({ min: 1, max: 30 }) }) },
    { weight: 2, arbitrary: fc.constant({ drop: true as const }) },
  );

  test('does what a plain list would do, and walks through it once, oldest first', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 5 }), (steps, pageSize) => {
        const budgets = nodeBudgets(config);
        const window = new PayloadWindow(config.broadcast, budgets);
        let model: { name: number; expires: number; isHere: boolean }[] = [];
        let now = 0;
        for (const action of steps) {
          if ('insert' in action) {
            const entry = { name: action.insert, expires: now + RETENTION - action.age, isHere: true };
            window.insert(message(action.insert), entry.expires);
            model = [...model.filter(({ name }) => name !== action.insert), entry];
            model.sort((a, b) => a.expires - b.expires);
          } else if ('wait' in action) {
            now += action.wait;
            window.expireUntil(now);
            model = model.filter(({ expires }) => expires > now);
          } else if ('forget' in action) {
            window.forget(message(action.forget).id);
            model = model.filter(({ name }) => name !== action.forget);
          } else {
            const oldest = model.find(({ isHere }) => isHere);
            expect(window.dropOldest()).toBe(oldest !== undefined);
            if (oldest !== undefined) oldest.isHere = false;
          }
          const here = model.filter(({ isHere }) => isHere);
          expect(window.known).toBe(model.length);
          expect(window.size).toBe(here.length);
          expect(window.bytes).toBe(here.reduce((sum, { name }) => sum + name, 0));
          expect(budgets.payloads.total).toBe(window.size);
          expect(budgets.payloadBytes.total).toBe(window.bytes);
        }
        expect([...window.entries(now)].map(({ round, age, content }) => [round, age, content !== undefined])).toEqual(
          model.map(({ name, expires, isHere }) => [name, RETENTION - (expires - now), isHere]),
        );
        const walk = window.start(now);
        const walked: number[] = [];
        for (;;) {
          const page = window.announce(walk, pageSize);
          walked.push(...page.map(({ round }) => round));
          if (page.length < pageSize) break;
        }
        expect(walked).toEqual(model.filter(({ isHere }) => isHere).map(({ name }) => name));
      }),
      { numRuns: runs(300) },
    );
  });

  test('does not grow when payloads come and go', () => {
    const window = new PayloadWindow(config.broadcast, nodeBudgets(config));
    for (let now = 0; now < 50_000; now++) {
      window.insert(message(1 + (now % 60_000)), now + RETENTION);
      window.expireUntil(now);
    }
    expect(window.known).toBe(RETENTION);
  });
});
