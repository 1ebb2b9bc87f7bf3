import { type AxisOptions, makeAxis } from './axis.js';
import { color, drawFrame, type Placement } from './frame.js';
import { element } from './svg.js';

type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** `line` for what was measured at every point, `dot` for single values such as published ones. Default: line. */
  readonly mark?: 'line' | 'dot';
}

export interface LineChart {
  readonly title: string;
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  readonly series: readonly Series[];
}

/** Lines and dots over two axes, as SVG. */
export function lineChart({ title, x, y, series }: LineChart): string {
  const points = series.flatMap((each) => each.points);
  const frame = {
    title,
    x: makeAxis(
      x,
      points.map(([value]) => value),
    ),
    y: makeAxis(
      y,
      points.map(([, value]) => value),
    ),
    legend: series.map(({ name, mark = 'line' }, index) => ({ name, mark, color: color(index) })),
  };
  return drawFrame(frame, (place) => series.flatMap((each, index) => draw(each, color(index), place)));
}

function draw({ points, mark = 'line' }: Series, stroke: string, place: Placement): string[] {
  switch (mark) {
    case 'line': {
      const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${place.x(x).toFixed(1)} ${place.y(y).toFixed(1)}`);
      return [element('path', { d: d.join(' '), fill: 'none', stroke, 'stroke-width': 2, 'stroke-linejoin': 'round' })];
    }
    case 'dot':
      return points.map(([x, y]) =>
        element('circle', { cx: place.x(x), cy: place.y(y), r: 4.5, fill: '#ffffff', stroke, 'stroke-width': 2 }),
      );
  }
}
