import { describe, expect, test } from 'vitest';
import type { InEvent, OutEvent } from '../src/index.js';
import { Swarm } from './helper/swarm.js';

const HONEST = 40;
const VICTIM = 20;
const SYBILS = 400;
/** In each a message is published and 100 sybils join, within a second. */
const ROUNDS = 20;

/** Nodes from `HONEST` on take part in the membership, and neither publish nor pass on anything. */
class Besieged extends Swarm {
  override handle(id: number, event: InEvent<number>): OutEvent<number>[] {
    const isMute = event.type === 'recvMessage' && (event.message.type === 'gossip' || event.message.type === 'ihave');
    return id >= HONEST && isMute ? [] : super.handle(id, event);
  }
}

/** 40 honest nodes that have published for a while; then 400 others join one of them, 100 a second, and all honest ones publish in turn. */
function besiege(mode: 'reference' | 'hardened') {
  const swarm = new Besieged({ seed: 7, config: { mode } });
  for (let id = 0; id < HONEST; id++) {
    swarm.join(id, id === 0 ? [] : [0]);
    swarm.run(100);
  }
  swarm.run(60_000);
  for (let id = 0; id < HONEST; id++) {
    swarm.broadcast(id, `before ${id}`);
    swarm.run(100);
  }
  const before = swarm.neighbors(VICTIM);
  for (let i = 0; i < 100 * ROUNDS; i++) {
    swarm.join(HONEST + (i % SYBILS), [VICTIM]);
    swarm.run(10);
    if (i % 100 === 0) swarm.broadcast(i / 100, `during ${i / 100}`);
  }
  swarm.run(10_000);
  const during = (texts: readonly string[] = []): number => texts.filter((text) => text.startsWith('during')).length;
  const delivered = Array.from({ length: HONEST }, (_, id) => during(swarm.received.get(id)));
  return { before, kept: swarm.neighbors(VICTIM).filter((peer) => before.includes(peer)), delivered };
}

describe('a node that 400 mute identities join again and again', () => {
  test('loses most of its neighbors in the reference, and most messages reach few', () => {
    const { kept, delivered } = besiege('reference');
    expect(kept.length).toBeLessThan(3);
    expect(delivered.filter((count) => count >= ROUNDS - 1)).toEqual([]);
  });

  test('keeps more than half of them, and every honest node delivers everything', () => {
    const { before, kept, delivered } = besiege('hardened');
    expect(before.length).toBeGreaterThanOrEqual(4);
    expect(kept.length).toBeGreaterThan(before.length / 2);
    // Each of the first 20 nodes has published one of the messages itself.
    expect(delivered).toEqual(Array.from({ length: HONEST }, (_, id) => (id < ROUNDS ? ROUNDS - 1 : ROUNDS)));
  });
});
