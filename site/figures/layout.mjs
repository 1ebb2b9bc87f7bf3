// @ts-check
// Places nodes: links are springs, and all nodes repel each other. The result is the same each time.

/** @typedef {{ x: number, y: number }} Point */

/**
 * @param {number} count @param {[number, number][]} links
 * @param {{ width: number, height: number, margin: number, steps?: number }} frame
 * @returns {Point[]}
 */
export function layout(count, links, { width, height, margin, steps = 600 }) {
  const aspect = width / height;
  /** @type {Point[]} */
  const at = Array.from({ length: count }, (_, i) => {
    const angle = i * 2.399963; // the golden angle spreads them evenly over a disk
    const radius = Math.sqrt((i + 0.5) / count);
    return { x: Math.cos(angle) * radius * aspect, y: Math.sin(angle) * radius };
  });
  const ideal = 1.1 * Math.sqrt((4 * aspect) / count);
  for (let step = 0; step < steps; step++) {
    const force = at.map(() => ({ x: 0, y: 0 }));
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < i; j++) {
        const dx = at[i].x - at[j].x;
        const dy = at[i].y - at[j].y;
        const square = Math.max(dx * dx + dy * dy, 1e-4);
        const push = (ideal * ideal) / square;
        force[i].x += dx * push;
        force[i].y += dy * push;
        force[j].x -= dx * push;
        force[j].y -= dy * push;
      }
    }
    for (const [a, b] of links) {
      const dx = at[a].x - at[b].x;
      const dy = at[a].y - at[b].y;
      const pull = (0.35 * Math.hypot(dx, dy)) / ideal;
      force[a].x -= dx * pull;
      force[a].y -= dy * pull;
      force[b].x += dx * pull;
      force[b].y += dy * pull;
    }
    const most = 0.06 * (1 - step / steps);
    for (let i = 0; i < count; i++) {
      const length = Math.hypot(force[i].x, force[i].y) || 1;
      const move = Math.min(length * 0.05, most);
      at[i].x += (force[i].x / length) * move;
      at[i].y += (force[i].y / length) * move;
    }
  }
  const xs = at.map(({ x }) => x);
  const ys = at.map(({ y }) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return at.map(({ x, y }) => ({
    x: Math.round(margin + ((x - left) / (right - left)) * (width - 2 * margin)),
    y: Math.round(margin + ((y - top) / (bottom - top)) * (height - 2 * margin)),
  }));
}
