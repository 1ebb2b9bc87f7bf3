import { expect, test } from 'vitest';
import { disagreements, isAboutUrl, mutations, urlsIn } from './mutations.js';
import { rustVectors } from './rust-bytes.js';
import { type WireKindName, wireKinds } from './wire-kinds.js';

// The same as in bytes.interop.test.ts, "broken bytes", at length.

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const COUNT = 20_000;

test.each(SEEDS)(
  `seed %i: of ${COUNT} broken values of each kind, both refuse the same and read the same`,
  async (seed) => {
    console.log(`broken bytes: seed ${seed}`);
    const vectors = await rustVectors({ seed, count: 100 });
    const urls = new Set(vectors.flatMap(({ json }) => urlsIn(json)));
    for (const name of Object.keys(wireKinds) as WireKindName[]) {
      const whole = vectors.filter(({ kind }) => kind === name).map(({ hex }) => hex);
      const found = await disagreements(name, mutations(whole, { seed, count: COUNT }));
      expect(
        found.filter((disagreement) => !isAboutUrl(disagreement, urls)),
        name,
      ).toEqual([]);
      expect(found.length).toBeLessThan(COUNT / 1_000);
    }
  },
);
