import type { Attack } from '../attack.js';
import { message } from '../raw-peer.js';

/** Comes and goes, thousands of times over one connection (X11, X13). */
export const joinAndLeave: Attack = {
  name: 'join-and-leave',
  what: 'one peer joins and leaves over and over',
  standing: 'neighbor',
  async run(field) {
    const peer = await field.connect();
    const stream = await peer.stream(field.topic);
    const pair = Buffer.concat([
      message({ type: 'join', data: undefined }),
      message({ type: 'disconnect', alive: true, respond: false }),
    ]);
    while (!field.signal.aborted) {
      for (let i = 0; i < 10; i++) if (!(await peer.write(stream, pair))) return;
      await field.pause(10);
    }
  },
};
