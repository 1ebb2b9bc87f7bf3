import type { Attack } from '../attack.js';

/** Begins frames on thousands of streams and finishes none (X14). */
export const unfinishedFrames: Attack = {
  name: 'unfinished-frames',
  what: 'frames on thousands of streams, none of them finished',
  async run(field) {
    const begun = Buffer.alloc(4_000);
    begun.writeUInt32BE(4_090);
    while (!field.signal.aborted) {
      const peer = await field.connect().catch(() => undefined);
      if (!peer) {
        await field.pause(100);
        continue;
      }
      try {
        for (let i = 0; i < 1_500; i++) (await peer.stream(field.topic)).write(begun);
        await Promise.race([peer.connection.closed, field.pause(2_000)]);
      } catch {
        // closed: again, with another key
      }
      await peer.close();
    }
  },
};
