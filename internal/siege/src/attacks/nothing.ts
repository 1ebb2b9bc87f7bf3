import type { Attack } from '../attack.js';

/** What the measurement itself shows: a node that is left in peace. */
export const nothing: Attack = {
  name: 'nothing',
  what: 'nobody attacks',
  isQuiet: true,
  run: async () => {},
};
