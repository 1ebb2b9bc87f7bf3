import type { Attack } from '../attack.js';
import { addressFlood } from './address-flood.js';
import { manyTopics } from './many-topics.js';
import { resetStreams } from './reset-streams.js';
import { slowHeaders } from './slow-headers.js';
import { sybilJoins } from './sybil-joins.js';
import { webSessions } from './web-sessions.js';

const SIDES: readonly Attack[] = [addressFlood, manyTopics, resetStreams, slowHeaders, sybilJoins, webSessions];

/** Several attacks at once. Each meets limits of its own, and together they may exceed what none of them exceeds. */
export const allSides: Attack = {
  name: 'all-sides',
  what: `${SIDES.map(({ name }) => name).join(', ')}, all at once`,
  standing: 'neighbor',
  async run(field) {
    await Promise.all(SIDES.map((attack) => attack.run(field).catch(() => {}))); // the target may end one of them
  },
};
