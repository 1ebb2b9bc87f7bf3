import type { GossipTopic } from '@grapevine/api';
import { Deadline } from './deadline.js';

export const DEFAULT_WAIT_MS = 10_000;
export const WAIT_HELP = 'how long to wait for a neighbor, such as 500ms or 2m (default: 10s)';

/** Waits until the node has a neighbor in a topic. @returns whether it has. @throws the signal's reason */
export async function meetSomebody(topic: GossipTopic, waitMs: number, signal: AbortSignal): Promise<boolean> {
  using deadline = new Deadline(waitMs, signal);
  try {
    await topic.joined({ signal: deadline.signal });
    return true;
  } catch (error) {
    if (deadline.isOver) return false;
    throw error;
  }
}
