/** How many times as often as usual properties are run: 1 in the ordinary tests, `GRAPEVINE_RUNS` (default 20) in the long ones. */
const factor = process.env.GRAPEVINE_TIER === 'long' ? Number(process.env.GRAPEVINE_RUNS ?? 20) : 1;

/** How often a property is run that ordinary tests run `count` times. */
export function runs(count: number): number {
  return Math.max(1, Math.round(count * factor));
}
