import { ExpiredPayloads } from './expired-payloads.js';
import { FadedIds } from './faded-ids.js';
import type { ExpiryMemory } from './payload-memory.js';

/** Payloads and ids are remembered for a while after their time, so that losses that others report are known for what they are. */
export const EXPIRY_MEMORY: ExpiryMemory = {
  expired: (broadcast) => new ExpiredPayloads(broadcast),
  faded: ({ messageIdRetention, messageIdMaxCount }, now) => new FadedIds(messageIdRetention, messageIdMaxCount, now),
};
