import type { PartialConfig } from '@grapevine/proto';
import { given } from '@grapevine/proto/check';

/** Neighbors that a leaf keeps. When one of three dies, nothing is missed; and each costs its hub as much as a member does. */
const HUBS = 3;

/**
 * For how long a leaf does without a hub that has announced payloads and not sent them, in milliseconds. For a member it is a minute, because it
 * finds others. A leaf knows only a few hubs, and the leaf may be the one that was too slow: a page that computes reads nothing meanwhile.
 */
const DISMISSED_MS = 3_000;

/** The settings of a leaf, where the application does not say otherwise. */
export function leafConfig(config: PartialConfig): PartialConfig {
  return {
    ...config,
    membership: { activeViewCapacity: HUBS, ...given(config.membership ?? {}) },
    hardened: { evictionWindow: DISMISSED_MS, ...given(config.hardened ?? {}) },
  };
}
