import type { Axis } from './axis.js';
import { element, text } from './svg.js';

/** What is around the marks of every chart. */
export interface Frame {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** A line of the legend for each, none when empty. */
  readonly legend: readonly LegendEntry[];
}

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly mark: 'line' | 'dot' | 'box';
}

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 70;
const TOP = 48;
const BOTTOM = 60;
const PLAIN_RIGHT = 24;
const LEGEND_RIGHT = 215;
const INK = '#1f2933';
const FAINT = '#e4e7eb';
const MUTED = '#616e7c';

/** The palette of Okabe and Ito, which people see apart whatever colors they see; more entries than it has repeat it. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#999999'];

export function color(index: number): string {
  return COLORS[index % COLORS.length] as string;
}

/** Where in the picture a point of the data is. */
export interface Placement {
  x(value: number): number;
  y(value: number): number;
  /** How wide the whole axis is. */
  readonly width: number;
  /** The line that bars stand on. */
  readonly bottom: number;
}

/** A picture: `draw` makes the marks, all else is the same in every chart. */
export function drawFrame(frame: Frame, draw: (place: Placement) => string[]): string {
  const right = WIDTH - (frame.legend.length > 0 ? LEGEND_RIGHT : PLAIN_RIGHT);
  const bottom = HEIGHT - BOTTOM;
  const place: Placement = {
    x: (value) => LEFT + frame.x.position(value) * (right - LEFT),
    y: (value) => bottom - frame.y.position(value) * (bottom - TOP),
    width: right - LEFT,
    bottom,
  };
  const parts = [
    text(frame.title, {}).replaceAll('text>', 'title>'),
    element('rect', { width: WIDTH, height: HEIGHT, fill: '#ffffff' }),
    text(frame.title, { x: LEFT, y: 28, 'font-size': 16, 'font-weight': 600, fill: INK }),
    ...horizontalTicks(frame.y, place, right),
    ...verticalTicks(frame.x, place, bottom),
    element('line', { x1: LEFT, y1: bottom, x2: right, y2: bottom, stroke: MUTED }),
    text(frame.x.label, { x: (LEFT + right) / 2, y: HEIGHT - 16, 'text-anchor': 'middle', fill: MUTED }),
    text(frame.y.label, {
      transform: `translate(20 ${(TOP + bottom) / 2}) rotate(-90)`,
      'text-anchor': 'middle',
      fill: MUTED,
    }),
    ...draw(place),
    ...frame.legend.flatMap((entry, index) => legendLine(entry, right + 20, TOP + 10 + 22 * index)),
  ];
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    width: WIDTH,
    height: HEIGHT,
    'font-family': 'system-ui, Helvetica, Arial, sans-serif',
    'font-size': 13,
  };
  return `${element('svg', attributes, `\n${parts.join('\n')}\n`)}\n`;
}

function horizontalTicks(axis: Axis, place: Placement, right: number): string[] {
  return axis.ticks.flatMap(({ value, label }) => {
    const y = place.y(value);
    return [
      element('line', { x1: LEFT, y1: y, x2: right, y2: y, stroke: FAINT }),
      text(label, { x: LEFT - 8, y: y + 4, 'text-anchor': 'end', fill: MUTED }),
    ];
  });
}

function verticalTicks(axis: Axis, place: Placement, bottom: number): string[] {
  return axis.ticks.flatMap(({ value, label }) => {
    const x = place.x(value);
    return [
      element('line', { x1: x, y1: bottom, x2: x, y2: bottom + 5, stroke: MUTED }),
      text(label, { x, y: bottom + 20, 'text-anchor': 'middle', fill: MUTED }),
    ];
  });
}

function legendLine({ name, color, mark }: LegendEntry, x: number, y: number): string[] {
  return [legendMark(mark, color, x, y), text(name, { x: x + 28, y: y + 4, fill: INK })];
}

function legendMark(mark: LegendEntry['mark'], color: string, x: number, y: number): string {
  switch (mark) {
    case 'line':
      return element('line', { x1: x, y1: y, x2: x + 20, y2: y, stroke: color, 'stroke-width': 2.5 });
    case 'dot':
      return element('circle', { cx: x + 10, cy: y, r: 4.5, fill: '#ffffff', stroke: color, 'stroke-width': 2 });
    case 'box':
      return element('rect', { x: x + 3, y: y - 7, width: 14, height: 14, fill: color });
  }
}
