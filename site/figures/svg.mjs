// @ts-check
// SVG that is readable on light and dark pages: no background, middle tones, the system's font.

/** @typedef {import('./layout.mjs').Point} Point */

export const COLORS = {
  link: '#8b95a5',
  node: '#8b95a5',
  green: '#2f9e6e',
  violet: '#8467d7',
  orange: '#e07b39',
  red: '#d64550',
  text: '#7b8494',
};

const FONT = 'font-family="system-ui,-apple-system,\'Segoe UI\',sans-serif"';

/** @param {number} width @param {number} height @param {string} title @param {string[]} parts @param {string} [style] */
export function svg(width, height, title, parts, style = '') {
  const styled = style && `<style>${style}</style>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ${FONT}><title>${title}</title>${styled}\n${parts.join('\n')}\n</svg>\n`;
}

/** @param {Point} a @param {Point} b @param {string} attributes */
export const line = (a, b, attributes) => `<line x1="${a.x}" y1="${a.y}" x2="${b.x}" y2="${b.y}" ${attributes}/>`;

/** @param {Point} at @param {number} radius @param {string} attributes */
export const dot = ({ x, y }, radius, attributes) => `<circle cx="${x}" cy="${y}" r="${radius}" ${attributes}/>`;

/** @param {number} x @param {number} y @param {string} content @param {string} [attributes] */
export const text = (x, y, content, attributes = '') =>
  `<text x="${x}" y="${y}" fill="${COLORS.text}" font-size="15" ${attributes}>${content}</text>`;

/** An arrow from node to node, which ends at the edge of the second. @param {Point} a @param {Point} b @param {string} color @param {{ radius?: number, dashed?: boolean, bend?: number, width?: number }} [options] */
export function arrow(a, b, color, { radius = 11, dashed = false, bend = 0, width = 2.2 } = {}) {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
  const middle = { x: (a.x + b.x) / 2 - uy * bend, y: (a.y + b.y) / 2 + ux * bend };
  /** @param {Point} from @param {Point} to @param {number} distance */
  const along = (from, to, distance) => {
    const far = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    return { x: from.x + ((to.x - from.x) / far) * distance, y: from.y + ((to.y - from.y) / far) * distance };
  };
  const start = along(a, middle, radius);
  const tip = along(b, middle, radius + 1);
  const neck = along(b, middle, radius + 9);
  const angle = Math.atan2(tip.y - neck.y, tip.x - neck.x);
  /** @param {number} turn */
  const wing = (turn) =>
    `${(tip.x - 9 * Math.cos(angle + turn)).toFixed(1)},${(tip.y - 9 * Math.sin(angle + turn)).toFixed(1)}`;
  /** @param {Point} p */
  const p = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return (
    `<path d="M${p(start)} Q${p(middle)} ${p(neck)}" fill="none" stroke="${color}" stroke-width="${width}"${dashed ? ' stroke-dasharray="5 5"' : ''}/>` +
    `<polygon points="${tip.x.toFixed(1)},${tip.y.toFixed(1)} ${wing(0.45)} ${wing(-0.45)}" fill="${color}"/>`
  );
}
