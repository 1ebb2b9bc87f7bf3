import { type Axis, type AxisOptions, makeAxis } from './axis.js';
import { color, drawFrame } from './frame.js';
import { element, text } from './svg.js';

export interface BarGroup {
  readonly name: string;
  /** A value for each category. */
  readonly values: readonly number[];
}

export interface BarChart {
  readonly title: string;
  readonly categories: readonly string[];
  readonly xLabel: string;
  readonly y: AxisOptions;
  readonly groups: readonly BarGroup[];
}

/** The share of a category's width that its bars take. */
const FILLED = 0.7;

/** Bars, one for each group in each category, each with its value above it; as SVG. */
export function barChart({ title, categories, xLabel, y, groups }: BarChart): string {
  const values = groups.flatMap((group) => group.values);
  const frame = {
    title,
    x: categoryAxis(xLabel, categories),
    y: makeAxis(y, values),
    legend: groups.length < 2 ? [] : groups.map(({ name }, i) => ({ name, mark: 'box' as const, color: color(i) })),
  };
  return drawFrame(frame, (place) => {
    const slot = place.width / categories.length;
    const width = (slot * FILLED) / groups.length;
    return groups.flatMap((group, index) =>
      group.values.flatMap((value, category) => {
        const x = place.x(category) - (slot * FILLED) / 2 + index * width;
        const top = value > 0 ? Math.min(place.y(value), place.bottom) : place.bottom;
        return [
          element('rect', { x, y: top, width: width - 1, height: place.bottom - top, fill: color(index) }),
          text(label(value), { x: x + width / 2, y: top - 5, 'text-anchor': 'middle', 'font-size': 11 }),
        ];
      }),
    );
  });
}

/** Categories side by side, each with a tick in its middle. */
function categoryAxis(label: string, categories: readonly string[]): Axis {
  return {
    label,
    ticks: categories.map((name, value) => ({ value, label: name })),
    position: (value) => (value + 0.5) / categories.length,
  };
}

function label(value: number): string {
  return (Number.isInteger(value) ? value : Number(value.toFixed(1))).toLocaleString('en-US');
}
