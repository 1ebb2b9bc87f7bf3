import { describe, expect, test } from 'vitest';
import { Swarm } from './helper/swarm.js';

describe.each(['reference', 'hardened'] as const)('a swarm in %s mode', (mode) => {
  test('storm probe', () => {
    for (const seed of [1, 2, 3]) {
      const swarm = new Swarm({ seed, config: { mode } });
      swarm.join(0);
      const t0 = Date.now();
      for (let id = 1; id <= 1000; id++) {
        swarm.join(id, [0]);
        swarm.run(1);
      }
      swarm.run(5_000);
      const at5 = swarm.components().length;
      swarm.run(60_000);
      const at65 = swarm.components().length;
      swarm.run(120_000);
      const c = swarm.components();
      const sizes = [...swarm.nodes.keys()].map((id) => swarm.neighbors(id).length);
      const hist: number[] = [];
      for (const s of sizes) hist[s] = (hist[s] ?? 0) + 1;
      console.log(
        mode,
        seed,
        at5,
        at65,
        c.length,
        c.map((x) => x.length).slice(0, 10),
        hist,
        swarm.asymmetric().length,
        Object.fromEntries(swarm.traffic),
        Date.now() - t0,
        swarm.node(0).stats(),
      );
      swarm.broadcast(5, 'x');
      swarm.run(3000);
      console.log(
        [...swarm.received.values()].filter((r) => r.length === 1).length,
        [...swarm.received.values()].filter((r) => r.length > 1).length,
      );
    }
    expect(1).toBe(1);
  });
});
