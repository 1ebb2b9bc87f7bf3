import { randomBytes } from 'node:crypto';
import type { TopicId } from '@grapevine/api';
import type { Attack, Field } from '../attack.js';
import { message } from '../raw-peer.js';

/** Half of a frame: its length says that more comes. */
const BEGUN = message({ type: 'prune' }).subarray(0, 5);

/** Streams in a row. */
const BURST = 10;

/** Begins a frame on one stream after the other, takes each back, and reads nothing of what it is told. */
export const resetStreams: Attack = {
  name: 'reset-streams',
  what: 'streams of topics that it makes up, reset in the middle of a frame, by somebody who reads nothing',
  async run(field) {
    while (!field.signal.aborted) await untilThrownOut(field).catch(() => {});
  },
};

async function untilThrownOut({ connect, signal, pause }: Field): Promise<void> {
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
