import type { Dice } from './dice.js';

/** The weights with which a case chooses its next step: `due` is what comes next on the agenda. */
export function randomHabits(dice: Dice) {
  const often = (usual: number) => (dice.chance(0.3) ? 0 : dice.magnitude(1, 100) * usual);
  return {
    due: 1_500,
    lie: often(4),
    publish: often(3),
    burst: often(0.05),
    join: often(0.7),
    quit: often(0.2),
    data: often(0.2),
    cut: often(0.4),
    falseAlarm: often(0.4),
    restart: often(0.1),
    clock: often(0.2),
    oldTimer: often(0.4),
  };
}

export type Habits = ReturnType<typeof randomHabits>;
