// @ts-check
// The figure of the landing page and the README: one message on its way through 48 simulated nodes.

import { layout } from './layout.mjs';
import { firstCopies, RecordedSwarm } from './recorder.mjs';
import { COLORS, dot, line, svg, text } from './svg.mjs';

const NODES = 48;
const WIDTH = 960;
const HEIGHT = 480;
const PUBLISHER = 7;
/** Seconds of the animation for one simulated second, and for one loop. */
const SLOWNESS = 12;
const LOOP = 6;
const SETTLING = 3;
/** Percent of a loop in which everything is delivered. Pages without animation show that. */
const SHOWN = 40;

export function swarm() {
  const recorded = new RecordedSwarm({ seed: 5, nodes: NODES });
  for (let i = 0; i < SETTLING; i++) recorded.publish(PUBLISHER, `settles ${i}`);
  const links = recorded.links();
  const { began, sent, delivered } = recorded.publish(PUBLISHER, 'hello');
  const first = firstCopies(sent, PUBLISHER);
  const at = layout(NODES, links, { width: WIDTH, height: HEIGHT - 40, margin: 24 });
  /** @param {number} time */
  const percent = (time) => (((time - began) / 1e9) * SLOWNESS * 100) / LOOP + SHOWN + 4;

  const parts = links.map(([a, b]) => line(at[a], at[b], `stroke="${COLORS.link}" stroke-opacity=".3"`));
  const styles = ['.t{stroke-dasharray:1}', '@media(prefers-reduced-motion:no-preference){'];
  for (const [peer, { from, time, arrives }] of first) {
    const [begin, end] = [percent(time).toFixed(1), percent(arrives).toFixed(1)];
    styles.push(
      `@keyframes e${peer}{0%,${SHOWN}%{stroke-dashoffset:0}${SHOWN + 1}%,${begin}%{stroke-dashoffset:1}${end}%,100%{stroke-dashoffset:0}}`,
      `#e${peer}{animation:e${peer} ${LOOP}s linear infinite}`,
      `@keyframes n${peer}{0%,${SHOWN}%{fill:${COLORS.green};r:7px}${SHOWN + 1}%,${end}%{fill:${COLORS.node};r:6px}${(Number(end) + 0.5).toFixed(1)}%{r:10px}${(Number(end) + 5).toFixed(1)}%,100%{fill:${COLORS.green};r:7px}}`,
      `#n${peer}{animation:n${peer} ${LOOP}s linear infinite}`,
    );
    parts.push(
      line(at[from], at[peer], `id="e${peer}" class="t" pathLength="1" stroke="${COLORS.green}" stroke-width="2.6"`),
    );
  }
  for (let peer = 0; peer < NODES; peer++) {
    parts.push(
      peer === PUBLISHER
        ? dot(at[peer], 11, `fill="${COLORS.orange}"`)
        : dot(at[peer], 7, `id="n${peer}" fill="${COLORS.green}"`),
    );
  }
  const payloads = sent.filter(({ kind }) => kind === 'gossip').length;
  const last = Math.max(...delivered.map(({ time }) => time));
  parts.push(
    text(
      WIDTH / 2,
      HEIGHT - 8,
      `${NODES} nodes, ${links.length} links, one message: ${delivered.length} deliveries by ${payloads} payloads in ${Math.round((last - began) / 1e6)} ms`,
      'text-anchor="middle"',
    ),
  );
  return svg(WIDTH, HEIGHT, 'One message on its way through a simulated swarm', parts, `${styles.join('')}}`);
}
