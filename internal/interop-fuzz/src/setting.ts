import { type PeerId, type TopicId, topicIdFromBytes } from '@grapevine/proto';
import { Dice } from './dice.js';
import type { FuzzCase, Ids } from './fuzz-case.js';
import { newPeer } from './hostile.js';
import { randomConfig } from './random-config.js';

/** A case before it has steps. {@link World} makes those. */
export type Setting = Omit<FuzzCase, 'steps'>;

/** Settings, nodes and topics of a case, from its seed. */
export function randomSetting(seed: number): Setting {
  const dice = new Dice(seed);
  const ids: Ids = dice.chance(0.6) ? 'numbers' : 'bytes';
  const nodes = new Set<PeerId>();
  const size = dice.between(1, 9);
  while (nodes.size < size) nodes.add(ids === 'numbers' ? dice.between(0, 20) : newPeer(dice, ids));
  const topics = new Set<TopicId>();
  const count = dice.chance(0.6) ? 1 : dice.between(2, 4);
  while (topics.size < count) topics.add(topicIdFromBytes(dice.bytes(32)));
  return { seed, ids, config: randomConfig(dice), topics: [...topics], nodes: [...nodes] };
}
