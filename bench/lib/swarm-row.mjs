// @ts-check
import { byTurns } from './rounds.mjs';

/**
 * @typedef {Record<string, number>} Figures
 * @typedef {{ figure: string, title: string, digits: number }} Column
 * @typedef {{ what: string, holds: (figures: (name: string) => Figures) => boolean }} Goal
 *   `figures` gives those of a contender by its name; the first contender is ours
 */

/** The least that any gossip on the QUIC binding can do: see swarm/bare-quic.mjs. */
export const FLOOR = 'floor: bare QUIC binding';

/** The columns of rows about deliveries. @type {readonly Column[]} */
export const DELIVERY_COLUMNS = [
  { figure: 'perSecond', title: 'deliveries/s', digits: 0 },
  { figure: 'cpuUs', title: 'µs CPU a delivery', digits: 0 },
  { figure: 'packets', title: 'datagrams a delivery', digits: 2 },
  { figure: 'p50', title: 'p50 ms', digits: 1 },
  { figure: 'p99', title: 'p99 ms', digits: 1 },
  { figure: 'memoryMb', title: 'MB resident', digits: 0 },
  { figure: 'share', title: 'delivered', digits: 4 },
];

/** The same for floods, without the delays: in a flood they only measure queues. */
export const THROUGHPUT_COLUMNS = DELIVERY_COLUMNS.filter(({ figure }) => figure !== 'p50' && figure !== 'p99');

/**
 * A row of several figures for each contender; one of them is the row's value. Contenders run in turns, unless the row has its own `measure`.
 *
 * A floor is a contender that does less than ours ever can. Where it misses a goal as well, the table says that the goal is out of reach.
 *
 * @param {{
 *   id: string, question: string, unit: string, value: string,
 *   cpuUnit: string, cpu: string,
 *   columns: readonly Column[],
 *   goals: readonly Goal[],
 *   prepare?: () => void,
 *   contenders: Record<string, () => Figures | Promise<Figures>>,
 *   measure?: (row: string, contenders: Record<string, () => Figures | Promise<Figures>>) => Promise<Record<string, Figures>>,
 *   floor?: string,
 * }} parts `value` and `cpu` name figures, `floor` a contender
 * @returns {import('./row.mjs').Row}
 */
export function rowOfFigures({
  id,
  question,
  unit,
  value,
  cpuUnit,
  cpu,
  columns,
  goals,
  prepare,
  contenders,
  measure = byTurns,
  floor,
}) {
  /** @type {Record<string, Figures>} */
  let result = {};
  const figures = (/** @type {string} */ name) => result[name] ?? {};
  const show = (/** @type {number | undefined} */ number, /** @type {number} */ digits) =>
    number === undefined || Number.isNaN(number) ? '–' : number.toFixed(digits);
  return {
    id,
    question,
    unit,
    cpuUnit,
    target: goals.map(({ what }) => what).join('; '),
    run: async () => {
      prepare?.();
      result = await measure(id, contenders);
      return Object.entries(result).map(([name, all]) => ({ name, value: Number(all[value]), cpu: Number(all[cpu]) }));
    },
    details: () => [
      ['contender', ...columns.map(({ title }) => title)],
      ...Object.entries(result).map(([name, all]) => [
        name,
        ...columns.map(({ figure, digits }) => show(all[figure], digits)),
      ]),
      ...goals.map(({ what, holds }) => [`${verdict(holds)}: ${what}`]),
    ],
    meets: () => goals.every(({ holds }) => holds(figures)),
  };

  /** @param {Goal['holds']} holds */
  function verdict(holds) {
    if (holds(figures)) return 'met';
    if (floor === undefined) return 'MISSED';
    const [ours] = Object.keys(contenders);
    const isInReach = holds((name) => figures(name === ours ? floor : name));
    return isInReach ? 'MISSED' : 'MISSED, and out of reach: the floor misses it, too';
  }
}

/**
 * A goal about a figure: ours is at most this share of a contender's.
 *
 * @param {{ ours: string, peer: string, figure: string, atMost: number, what: string }} parts
 * @returns {Goal}
 */
export const atMost = ({ ours, peer, figure, atMost, what }) => ({
  what,
  holds: (figures) => Number(figures(ours)[figure]) <= atMost * Number(figures(peer)[figure]),
});

/** A goal: every delivery came. @param {string} ours @returns {Goal} */
export const nothingLost = (ours) => ({ what: 'nothing lost', holds: (figures) => figures(ours).share === 1 });
