import { randomBytes } from 'node:crypto';
import type { TopicId } from '@grapevine/api';
import type { Attack, Field } from '../attack.js';
import { message } from '../raw-peer.js';

/** The beginning of a frame. Its length says that more follows. */
const BEGUN = message({ type: 'prune' }).subarray(0, 5);

/** How many streams are reset in a row, without a pause. */
const BURST = 10;

/** Begins a frame on one stream after another, resets each, and reads nothing. */
export const resetStreams: Attack = {
  name: 'reset-streams',
  what: 'streams of invented topics, reset in the middle of a frame, by a peer that reads nothing',
  async run(field) {
    while (!field.signal.aborted) await untilClosed(field).catch(() => {});
  },
};

async function untilClosed({ connect, signal, pause }: Field): Promise<void> {
  const peer = await connect();
  let isOver = false;
  void peer.connection.closed.then(() => {
    isOver = true;
  });
  try {
    for (let i = 0; !signal.aborted && !isOver; i++) {
      const stream = await peer.stream(randomBytes(32).toString('hex') as TopicId);
      stream.write(BEGUN);
      if (i % BURST === 0) await pause(20); // so that the target has begun to read it
      stream.reset(0);
    }
  } finally {
    await peer.close();
  }
}
