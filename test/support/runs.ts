/** The factor by which properties are run more often: 1 in the ordinary tests, `GRAPEVINE_RUNS` (default 20) in the long ones. */
const factor = process.env.GRAPEVINE_TIER === 'long' ? Number(process.env.GRAPEVINE_RUNS ?? 20) : 1;

/** How often to run a property that ordinary tests run `count` times. */
export function runs(count: number): number {
  return Math.max(1, Math.round(count * factor));
}
