import type { GossipTopic } from '@grapevine/api';

export const DEFAULT_WAIT_MS = 10_000;
export const WAIT_HELP = 'wait so long for a neighbor (default: 10)';

/** Waits until the node has a neighbor in a topic. @returns whether it has. @throws the signal's reason */
export async function meetSomebody(topic: GossipTopic, waitMs: number, signal: AbortSignal): Promise<boolean> {
  const late = AbortSignal.timeout(waitMs);
  try {
    await topic.joined({ signal: AbortSignal.any([signal, late]) });
    return true;
  } catch (error) {
    if (error === late.reason) return false;
    throw error;
  }
}
