import { describe, expect, test } from 'vitest';
import type { InEvent, Message, OutEvent } from '../src/index.js';
import { Swarm } from './helper/swarm.js';

const HONEST = 40;
const MINUTES = 30;
const isByzantine = (id: number) => id >= HONEST;

/**
 * Nodes from `HONEST` on are hostile. They know and name each other only: their lists hold no honest node, and they do not pass on walks of
 * honest nodes. They publish nothing, and pass nothing on. A node that meets them sees a swarm of hostile nodes.
 */
class Infiltrated extends Swarm {
  readonly #byzantine: number;
  #named = 0;

  constructor(
    mode: 'reference' | 'hardened',
    { seed, byzantine }: { readonly seed: number; readonly byzantine: number },
  ) {
    super({ seed, config: { mode } });
    this.#byzantine = byzantine;
  }

  override handle(id: number, event: InEvent<number>): OutEvent<number>[] {
    const isMute = event.type === 'recvMessage' && (event.message.type === 'gossip' || event.message.type === 'ihave');
    return isByzantine(id) && isMute ? [] : super.handle(id, event);
  }

  protected override send(from: number, to: number, event: InEvent<number>): void {
    if (!isByzantine(from) || event.type !== 'recvMessage') return super.send(from, to, event);
    const message = this.#lie(event.message);
    if (message) super.send(from, to, { ...event, message });
  }

  #lie(message: Message<number>): Message<number> | undefined {
    switch (message.type) {
      case 'shuffle':
      case 'shuffleReply':
        return { ...message, nodes: Array.from({ length: 8 }, () => ({ id: this.#next(), data: undefined })) };
      case 'forwardJoin':
        return isByzantine(message.peer.id) ? message : undefined;
      case 'join':
      case 'neighbor':
      case 'disconnect':
      case 'gossip':
      case 'prune':
      case 'graft':
      case 'ihave':
        return message;
    }
  }

  #next(): number {
    return HONEST + (this.#named++ % this.#byzantine);
  }
}

interface Infiltration {
  readonly seed: number;
  readonly minutes: number;
  readonly byzantine: number;
}

/** Honest nodes that know each other; then others come and join everybody in turn, again and again. */
function infiltrate(mode: 'reference' | 'hardened', { seed, minutes, byzantine: others }: Infiltration) {
  const swarm = new Infiltrated(mode, { seed, byzantine: others });
  const honest = Array.from({ length: HONEST }, (_, id) => id);
  for (const id of honest) {
    swarm.join(id, id === 0 ? [] : [0]);
    swarm.run(100);
  }
  swarm.run(60_000);
  for (const id of honest) {
    swarm.broadcast(id, `before ${id}`);
    swarm.run(100);
  }
  for (let second = 0, joins = 0; second < 60 * minutes; second++) {
    for (let i = 0; i < 4; i++, joins++) swarm.join(HONEST + (joins % others), [(joins * 7) % HONEST]);
    if (second % 10 === 0) swarm.broadcast(0, `during ${second}`);
    swarm.run(1_000);
  }
  swarm.run(10_000);
  const byzantine = honest.map((id) => swarm.neighbors(id).filter(isByzantine).length / swarm.neighbors(id).length);
  const received = (id: number) => swarm.received.get(id)?.filter((text) => text.startsWith('during')).length ?? 0;
  return {
    /** Of the active views. */
    share: byzantine.reduce((sum, part) => sum + part) / HONEST,
    /** Nodes with no honest neighbor. */
    eclipsed: byzantine.filter((part) => part === 1).length,
    missing: honest.slice(1).reduce((sum, id) => sum + 6 * minutes - received(id), 0),
  };
}

describe('forty nodes among others that recruit for themselves', () => {
  test('are all eclipsed within five minutes in the reference', { timeout: 120_000 }, () => {
    const { share, eclipsed, missing } = infiltrate('reference', { seed: 1, minutes: 5, byzantine: HONEST });
    expect(share).toBeGreaterThan(0.8);
    expect(eclipsed).toBeGreaterThan(HONEST / 2);
    expect(missing).toBeGreaterThan(100);
  });

  test.each([
    { byzantine: HONEST, seed: 1 },
    { byzantine: HONEST, seed: 2 },
    { byzantine: 2 * HONEST, seed: 1 },
    { byzantine: 4 * HONEST, seed: 1 },
    { byzantine: 4 * HONEST, seed: 2 },
  ])(
    'keep more than half of their views, and deliver everything, for half an hour ($byzantine others, seed $seed)',
    { timeout: 240_000 },
    ({ byzantine, seed }) => {
      const { share, eclipsed, missing } = infiltrate('hardened', { seed, byzantine, minutes: MINUTES });
      expect(share).toBeLessThan(0.4);
      expect(eclipsed).toBe(0);
      expect(missing).toBe(0);
    },
  );
});
