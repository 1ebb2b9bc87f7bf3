/** How values become positions. */
export type Scale = 'linear' | 'log';

/** One axis: what it shows, and from where to where. Bounds that are left out are found from the data. */
export interface AxisOptions {
  readonly label: string;
  readonly scale?: Scale;
  readonly min?: number;
  readonly max?: number;
}

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** An axis with its bounds found. */
export interface Axis {
  readonly label: string;
  readonly ticks: readonly Tick[];
  /** Where a value is, from 0 to 1. */
  position(value: number): number;
}

const MOST_TICKS = 6;

export function makeAxis({ label, scale = 'linear', min, max }: AxisOptions, values: readonly number[]): Axis {
  const finite = values.filter(Number.isFinite);
  const low = min ?? Math.min(...finite, scale === 'log' ? 1 : 0);
  const high = Math.max(max ?? Math.max(...finite), low + Number.EPSILON);
  switch (scale) {
    case 'linear': {
      const step = niceStep((high - low || 1) / MOST_TICKS);
      const end = max ?? Math.max(Math.ceil(high / step - 1e-9) * step, low + step);
      const ticks = linearTicks(low, end, step);
      return { label, ticks, position: (value) => (value - low) / (end - low) };
    }
    case 'log': {
      const span = Math.log10(Math.max(high, low * 10) / low);
      return { label, ticks: logTicks(low, low * 10 ** span), position: (value) => Math.log10(value / low) / span };
    }
  }
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least - 1e-12) ?? 10;
  return step * power;
}

function linearTicks(low: number, high: number, step: number): Tick[] {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: Tick[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    ticks.push({ value: i * step, label: (i * step).toFixed(decimals) });
  }
  return ticks;
}

function logTicks(low: number, high: number): Tick[] {
  const ticks: Tick[] = [];
  for (let value = 10 ** Math.ceil(Math.log10(low) - 1e-9); value <= high * (1 + 1e-9); value *= 10) {
    ticks.push({ value, label: value.toLocaleString('en-US') });
  }
  return ticks;
}
