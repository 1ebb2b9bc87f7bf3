import { integer, UsageError } from '@grapevine/cli-kit';
import { type LatencyConfig, type Load, MILLISECOND, MIN_PAYLOAD, SECOND, USUAL_LOADS } from '@grapevine/sim';

/** The options that say what is published. All of them texts, as they come from the command line. */
export const LOAD_OPTIONS = {
  nodes: { type: 'string' },
  rate: { type: 'string' },
  link: { type: 'string' },
  senders: { type: 'string' },
  together: { type: 'boolean' },
  crash: { type: 'string' },
  bytes: { type: 'string' },
  seconds: { type: 'string' },
} as const;

export type LoadValues = {
  readonly [K in keyof typeof LOAD_OPTIONS]?: (K extends 'together' ? boolean : string) | undefined;
};

const MAX_NODES = 100_000;
const MAX_RATE = 100_000;
const MAX_SECONDS = 3_600;
const MAX_LINK = 60_000;
/** The kernel's own limit is below that. */
const MAX_BYTES = 1_000_000;
const MAX_PERCENT = 99;

/** The loads that are asked for, by name: each number of nodes with each rate, or the usual ones. @throws UsageError */
export function loadsOf(values: LoadValues): Map<string, Load> {
  const isAsked = Object.keys(LOAD_OPTIONS).some((name) => values[name as keyof LoadValues] !== undefined);
  if (!isAsked) return new Map(Object.entries(USUAL_LOADS));
  const nodes = list('--nodes', values.nodes ?? '20,100', 2, MAX_NODES);
  const rates = list('--rate', values.rate ?? '10,200', 1, MAX_RATE);
  const common = commonOf(values);
  const loads = new Map<string, Load>();
  for (const count of nodes) {
    if (common.senders !== undefined && common.senders > count) {
      throw new UsageError(`--senders must be at most --nodes, got ${common.senders} of ${count}`);
    }
    for (const perSecond of rates) {
      const pattern = { type: values.together ? 'together' : 'random', perSecond } as const;
      const load = { ...common, nodes: count, pattern };
      loads.set(nameOf(load, values), load);
    }
  }
  return loads;
}

function commonOf({ link, senders, crash, bytes, seconds }: LoadValues): Omit<Load, 'nodes' | 'pattern'> {
  return {
    ...(link !== undefined && { network: { latency: linkLatency(link) } }),
    ...(senders !== undefined && { senders: integer('--senders', senders, 1, MAX_NODES) }),
    ...(crash !== undefined && { crash: { share: integer('--crash', crash, 1, MAX_PERCENT) / 100 } }),
    ...(bytes !== undefined && { payloadBytes: integer('--bytes', bytes, MIN_PAYLOAD, MAX_BYTES) }),
    ...(seconds !== undefined && { duration: integer('--seconds', seconds, 1, MAX_SECONDS) * SECOND }),
  };
}

/** `20 nodes, 10/s`, and what else was asked for. */
function nameOf({ nodes, pattern, senders }: Load, { crash, bytes, link }: LoadValues): string {
  const rate = `${pattern.perSecond.toLocaleString('en-US')}/s`;
  return [
    `${nodes.toLocaleString('en-US')} nodes${pattern.type === 'together' ? ' together' : ''}`,
    pattern.type === 'together' ? `${rate} each` : rate,
    ...(senders === undefined ? [] : [`${senders} senders`]),
    ...(link === undefined ? [] : [`${link} ms`]),
    ...(bytes === undefined ? [] : [`${bytes} bytes`]),
    ...(crash === undefined ? [] : [`${crash} % crash`]),
  ].join(', ');
}

/** `30`, or `20-40`: milliseconds, decimals allowed. */
function linkLatency(text: string): LatencyConfig {
  const [, from, to] = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  const [min, max] = [Number(from), Number(to ?? from)];
  if (!(min > 0 && min <= max && max <= MAX_LINK)) {
    throw new UsageError(
      `--link must be milliseconds such as 30 or 20-40, at most ${MAX_LINK}, got ${JSON.stringify(text)}`,
    );
  }
  return min === max
    ? { type: 'static', latency: Math.round(min * MILLISECOND) }
    : { type: 'dynamic', min: Math.round(min * MILLISECOND), max: Math.round(max * MILLISECOND) };
}

function list(name: string, text: string, min: number, max: number): number[] {
  return [...new Set(text.split(',').map((each) => integer(name, each, min, max)))];
}
