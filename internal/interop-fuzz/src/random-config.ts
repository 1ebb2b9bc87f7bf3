import type { PartialConfig } from '@grapevine/proto';
import type { Dice } from './dice.js';

const MILLISECOND = 1e6;
const UINT16_MAX = 65_535;

/** The shortest and the longest duration in the cases. */
const DURATIONS = [0.01 * MILLISECOND, 100_000 * MILLISECOND] as const;

/** Random settings that both kernels have. Durations are in nanoseconds, and none is left out. */
export function randomConfig(dice: Dice): PartialConfig {
  const duration = (usual: number) => (dice.chance(0.4) ? usual * MILLISECOND : dice.magnitude(...DURATIONS));
  const hops = (usual: number) =>
    dice.chance(0.4) ? usual : dice.chance(0.1) ? dice.between(0, UINT16_MAX) : dice.between(0, 8);
  const size = (usual: number, min: number, max: number) => (dice.chance(0.3) ? usual : dice.between(min, max));
  const messageCacheRetention = duration(30_000);
  return {
    mode: 'reference',
    maxMessageSize: dice.chance(0.4) ? 4096 : dice.magnitude(512, 65_536),
    membership: {
      activeViewCapacity: size(5, 1, 8),
      passiveViewCapacity: size(30, 1, 12),
      activeRandomWalkLength: hops(6),
      passiveRandomWalkLength: hops(3),
      shuffleRandomWalkLength: hops(6),
      shuffleActiveViewCount: size(3, 0, 8),
      shufflePassiveViewCount: size(4, 0, 12),
      shuffleInterval: duration(60_000),
      neighborRequestTimeout: duration(500),
      // The crate does not cut lists. Those of the cases are shorter.
      maxListedNodes: 1024,
    },
    broadcast: {
      graftTimeout1: duration(80),
      graftTimeout2: duration(40),
      dispatchTimeout: duration(5),
      optimizationThreshold: dice.chance(0.2) ? 7 : hops(0),
      messageCacheRetention,
      messageIdRetention: Math.round(messageCacheRetention * dice.pick([1, 1.5, 3, 100])),
      cacheEvictInterval: duration(1_000),
    },
  };
}
