import { type GossipTopic, JoinTimeoutError } from '@grapevine/api';

/** How long to wait before saying that nobody has answered yet, in milliseconds: soon for the first time, then less often. */
const PAUSES_MS = [3_000, 12_000, 30_000];
const LONGEST_PAUSE_MS = 60_000;

/**
 * Waits for the first neighbor. Tells now and then who was tried and what happened, so that people know whether to go on waiting.
 *
 * @throws the signal's reason; what else `joined()` throws
 */
export async function reach(topic: GossipTopic, print: (line: string) => void, signal: AbortSignal): Promise<void> {
  for (let turn = 0; ; turn++) {
    const pause = AbortSignal.timeout(PAUSES_MS[turn] ?? LONGEST_PAUSE_MS);
    try {
      return await topic.joined({ signal: AbortSignal.any([signal, pause]) });
    } catch (error) {
      if (!(error instanceof JoinTimeoutError)) throw error;
      if (error.tried.length > 0) print(`> still trying: ${error.message}`);
    }
  }
}
