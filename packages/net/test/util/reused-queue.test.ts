import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReusedQueue } from '../../src/util/reused-queue.js';

test('gives items in the order in which they came, like an array', () => {
  const step = fc.oneof(fc.constant('take' as const), fc.constant('clear' as const), fc.nat({ max: 200 }));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const queue = new ReusedQueue<number>();
      const model: number[] = [];
      let next = 0;
      for (const step of steps) {
        if (step === 'take') {
          expect(queue.first).toBe(model[0]);
          expect(queue.take()).toBe(model.shift());
        } else if (step === 'clear') {
          queue.clear();
          model.length = 0;
        } else {
          for (let i = 0; i < step; i++) {
            queue.push(next);
            model.push(next++);
          }
        }
        expect(queue.size).toBe(model.length);
      }
    }),
  );
});
