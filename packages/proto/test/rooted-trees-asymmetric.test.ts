import { expect, test } from 'vitest';
import type { InEvent, OutEvent } from '../src/index.js';
import { Swarm } from './helper/swarm.js';

const NODES = 20;
/** 10 to 50 ms, each way another. */
const oneWay = (from: number, to: number): number => 10 + ((from * 7919 + to * 104_729) % 41);

/** Notes how late deliveries are, and how late a flood over the same links would have been. */
class TimedSwarm extends Swarm {
  readonly times: number[] = [];
  readonly floodTimes: number[] = [];
  readonly #publishedAt = new Map<string, number>();

  constructor() {
    super({ latency: oneWay });
    this.join(0);
    for (let id = 1; id < NODES; id++) this.join(id, [0]);
    this.run(3_000);
  }

  publish(id: number, text: string): void {
    this.#publishedAt.set(text, this.now);
    this.floodTimes.push(...this.#floodFrom(id));
    this.broadcast(id, text);
  }

  override handle(id: number, event: InEvent<number>): OutEvent<number>[] {
    const outputs = super.handle(id, event);
    for (const output of outputs) {
      if (output.type !== 'emitEvent' || output.event.type !== 'received') continue;
      const publishedAt = this.#publishedAt.get(new TextDecoder().decode(output.event.content));
      if (publishedAt !== undefined) this.times.push(this.now - publishedAt);
    }
    return outputs;
  }

  /** The quickest ways from a node to all others (Bellman and Ford). */
  #floodFrom(publisher: number): number[] {
    const times = Array.from({ length: NODES }, (_, id) => (id === publisher ? 0 : Number.POSITIVE_INFINITY));
    for (let hops = 1; hops < NODES; hops++) {
      for (let from = 0; from < NODES; from++) {
        for (const to of this.neighbors(from)) {
          times[to] = Math.min(times[to] as number, (times[from] as number) + oneWay(from, to));
        }
      }
    }
    return times.filter((_, id) => id !== publisher);
  }
}

test('links that are slower one way than the other: deliveries are as early as in a flood, and hardly any payload comes twice', () => {
  const swarm = new TimedSwarm();
  const publish = (round: number): void => {
    for (let id = 0; id < NODES; id++) {
      swarm.publish(id, `${round} ${id}`);
      swarm.run(20);
    }
  };
  for (let round = 0; round < 3; round++) publish(round);
  swarm.run(1_000);
  swarm.times.length = swarm.floodTimes.length = 0;
  const before = swarm.traffic.get('gossip') ?? 0;
  for (let round = 3; round < 8; round++) publish(round);
  swarm.run(300);
  const p99 = (times: readonly number[]): number =>
    times.toSorted((a, b) => a - b)[Math.ceil(0.99 * times.length) - 1] as number;
  expect(swarm.times).toHaveLength(5 * NODES * (NODES - 1));
  expect(p99(swarm.times)).toBeLessThanOrEqual(1.1 * p99(swarm.floodTimes));
  expect((swarm.traffic.get('gossip') ?? 0) - before).toBeLessThan(1.05 * swarm.times.length);
});
