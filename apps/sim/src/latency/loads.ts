import { integer, parseDuration, UsageError } from '@grapevine/cli-kit';
import { type LatencyConfig, type Load, MIN_PAYLOAD, SECOND, USUAL_LOADS } from '@grapevine/sim';

/** The options that say what is published. All of them texts, as they come from the command line. */
export const LOAD_OPTIONS = {
  nodes: { type: 'string' },
  rate: { type: 'string' },
  link: { type: 'string' },
  senders: { type: 'string' },
  together: { type: 'boolean' },
  crash: { type: 'string' },
  bytes: { type: 'string' },
  duration: { type: 'string' },
} as const;

export type LoadValues = {
  readonly [K in keyof typeof LOAD_OPTIONS]?: (K extends 'together' ? boolean : string) | undefined;
};

const MAX_NODES = 100_000;
const MAX_RATE = 100_000;
const MAX_DURATION = 3_600 * SECOND;
const MAX_LINK = 60 * SECOND;
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

function commonOf({ link, senders, crash, bytes, duration }: LoadValues): Omit<Load, 'nodes' | 'pattern'> {
  return {
    ...(link !== undefined && { network: { latency: linkLatency(link) } }),
    ...(senders !== undefined && { senders: integer('--senders', senders, 1, MAX_NODES) }),
    ...(crash !== undefined && { crash: { share: integer('--crash', crash, 1, MAX_PERCENT) / 100 } }),
    ...(bytes !== undefined && { payloadBytes: integer('--bytes', bytes, MIN_PAYLOAD, MAX_BYTES) }),
    ...(duration !== undefined && { duration: publishing(duration) }),
  };
}

/** `20 nodes, 10/s`, and what else was asked for. */
function nameOf({ nodes, pattern, senders }: Load, { crash, bytes, link }: LoadValues): string {
  const rate = `${pattern.perSecond.toLocaleString('en-US')}/s`;
  return [
    `${nodes.toLocaleString('en-US')} nodes${pattern.type === 'together' ? ' together' : ''}`,
    pattern.type === 'together' ? `${rate} each` : rate,
    ...(senders === undefined ? [] : [`${senders} senders`]),
    ...(link === undefined ? [] : [link]),
    ...(bytes === undefined ? [] : [`${bytes} bytes`]),
    ...(crash === undefined ? [] : [`${crash} % crash`]),
  ].join(', ');
}

/** For how long they publish. */
function publishing(text: string): number {
  const duration = parseDuration(text) ?? 0;
  if (duration >= SECOND && duration <= MAX_DURATION) return duration;
  throw new UsageError(`--duration must be a time such as 20s, from 1s to 1h, got ${JSON.stringify(text)}`);
}

/** `30ms`, or `20ms-40ms`. */
function linkLatency(text: string): LatencyConfig {
  const [min = 0, max = min, ...more] = text.split('-').map((part) => parseDuration(part) ?? 0);
  if (!(min > 0 && min <= max && max <= MAX_LINK) || more.length > 0) {
    throw new UsageError(`--link must be a time such as 30ms or 20ms-40ms, at most 60s, got ${JSON.stringify(text)}`);
  }
  return min === max ? { type: 'static', latency: min } : { type: 'dynamic', min, max };
}

function list(name: string, text: string, min: number, max: number): number[] {
  return [...new Set(text.split(',').map((each) => integer(name, each, min, max)))];
}
