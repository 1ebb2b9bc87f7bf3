// @ts-check
// The figures of the concept pages: panels of one small swarm, drawn from what its nodes sent in the simulator.
import { ChaCha12Rng } from '../../packages/sim/dist/index.js';
import { layout } from './layout.mjs';
import { firstCopies, RecordedSwarm } from './recorder.mjs';
import { arrow, COLORS, dot, line, svg, text } from './svg.mjs';

/** @typedef {import('./recorder.mjs').Sent} Sent */
/** @typedef {import('./layout.mjs').Point} Point */

const NODES = 10;
const PANEL = { width: 320, height: 260 };
const TITLE = 46;
const SMALL = { activeViewCapacity: 3 };

/**
 * @typedef {object} Panel
 * @property {string} title
 * @property {[number, number][]} links
 * @property {Map<number, string>} [marks] colors of nodes
 * @property {Set<number>} [absent]
 * @property {{ from: number, to: number, color: string, dashed?: boolean }[]} [arrows]
 * @property {Set<string>} [bold]
 */

/** @param {string} title @param {Panel[]} panels @param {Point[]} at @param {number} [columns] */
function figure(title, panels, at, columns = 2) {
  const rows = Math.ceil(panels.length / columns);
  const parts = panels.map((panel, i) => {
    const inside = drawPanel(panel, at, i + 1);
    const x = (i % columns) * PANEL.width;
    const y = Math.floor(i / columns) * (PANEL.height + TITLE);
    return `<g transform="translate(${x} ${y})">${inside.join('')}</g>`;
  });
  return svg(columns * PANEL.width, rows * (PANEL.height + TITLE), title, parts);
}

/** @param {Panel} panel @param {Point[]} at @param {number} number */
function drawPanel({ title, links, marks = new Map(), absent = new Set(), arrows = [], bold = new Set() }, at, number) {
  const parts = [text(14, 26, `<tspan font-weight="600">${number}</tspan>  ${title}`)];
  /** @param {number} peer */
  const place = (peer) => ({ x: at[peer].x, y: at[peer].y + TITLE - 10 });
  for (const [a, b] of links) {
    const isBold = bold.has(`${a}-${b}`) || bold.has(`${b}-${a}`);
    const style = isBold ? `stroke="${COLORS.green}" stroke-width="3"` : `stroke="${COLORS.link}" stroke-opacity=".45"`;
    parts.push(line(place(a), place(b), style));
  }
  const seen = new Map();
  for (const { from, to, color, dashed = false } of arrows) {
    const pair = `${Math.min(from, to)}-${Math.max(from, to)}`;
    const before = seen.get(pair) ?? 0;
    seen.set(pair, before + 1);
    const back = arrows.some((other) => other.from === to && other.to === from);
    parts.push(arrow(place(from), place(to), color, { dashed, bend: (back ? 14 : 0) + before * 12 }));
  }
  for (let peer = 0; peer < at.length; peer++) {
    if (absent.has(peer)) {
      parts.push(dot(place(peer), 10, `fill="none" stroke="${COLORS.red}" stroke-dasharray="3 3"`));
      continue;
    }
    parts.push(dot(place(peer), 10, `fill="${marks.get(peer) ?? COLORS.node}"`));
    parts.push(
      `<text x="${place(peer).x}" y="${place(peer).y + 4}" fill="#fff" font-size="11" text-anchor="middle">${peer}</text>`,
    );
  }
  return parts;
}

/** @param {Sent[]} sent @param {string[]} kinds @param {string} color @param {boolean} [dashed] */
const arrowsOf = (sent, kinds, color, dashed = false) =>
  sent.filter(({ kind }) => kinds.includes(kind)).map(({ from, to }) => ({ from, to, color, dashed }));

/** A swarm of ten nodes with active views of three. @param {number} seed @param {object} [config] */
function smallSwarm(seed, config = {}) {
  const recorded = new RecordedSwarm({ seed, nodes: NODES, config: { membership: SMALL, ...config } });
  return recorded;
}

/** @param {[number, number][]} links @param {number} [count] */
const places = (links, count = NODES) => layout(count, links, { ...PANEL, margin: 30 });

export function hyparview() {
  const recorded = smallSwarm(2, { mode: 'reference' });
  const before = recorded.links();
  recorded.network.insertAndJoin(NODES, [0], { rng: ChaCha12Rng.seedFromU64(9) });
  recorded.network.runFor(2_000_000_000);
  const { sent } = recorded;
  const after = recorded.links();
  const at = places(after, NODES + 1);
  const joiner = new Map([[NODES, COLORS.orange]]);
  const about = sent.filter(({ kind }) => ['join', 'forwardJoin', 'neighbor'].includes(kind));
  const kept = before.filter((link) => after.some((other) => other.join() === link.join()));
  const gone = before.filter((link) => !kept.includes(link));
  return figure(
    'HyParView: how a node joins',
    [
      { title: 'a node knows one address', links: before, marks: joiner },
      { title: 'Join: “let me in”', links: before, marks: joiner, arrows: arrowsOf(about, ['join'], COLORS.orange) },
      {
        title: 'ForwardJoin: random walks',
        links: before,
        marks: joiner,
        arrows: arrowsOf(about, ['forwardJoin'], COLORS.violet),
      },
      {
        title: 'Neighbor: where walks end',
        links: before,
        marks: joiner,
        arrows: arrowsOf(about, ['neighbor'], COLORS.green),
      },
      {
        title: gone.length > 0 ? 'Disconnect: full views make room' : 'no view was full: nobody leaves',
        links: kept,
        marks: joiner,
        arrows: arrowsOf(sent, ['disconnect'], COLORS.red, true),
      },
      {
        title: 'every view is small again',
        links: after,
        marks: joiner,
        bold: new Set(after.filter(([, b]) => b === NODES).map(([a, b]) => `${a}-${b}`)),
      },
    ],
    at,
  );
}

/** Whether every node reaches every other. @param {[number, number][]} links */
function isConnected(links) {
  const reached = new Set([0]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [a, b] of links) {
      if (reached.has(a) === reached.has(b)) continue;
      reached.add(a).add(b);
      grown = true;
    }
  }
  return reached.size === NODES;
}

/** The swarm of the first seed that connects it: with views of three, not every swarm is connected. */
function connectedSwarm() {
  for (let seed = 1; ; seed++) {
    const recorded = smallSwarm(seed, { mode: 'reference' });
    if (isConnected(recorded.links()) && recorded.links().length >= 14) return recorded;
  }
}

export function plumtree() {
  const recorded = connectedSwarm();
  const publisher = 3;
  const marks = new Map([[publisher, COLORS.orange]]);
  const links = recorded.links();
  const at = places(links);
  const flood = recorded.publish(publisher, 'first');
  const first = firstCopies(flood.sent, publisher);
  const gossip = flood.sent.filter(({ kind }) => kind === 'gossip');
  const useful = gossip.filter((each) => first.get(each.to) === each);
  const duplicates = gossip.filter((each) => first.get(each.to) !== each);
  const second = recorded.publish(publisher, 'second');
  const tree = new Set(second.sent.filter(({ kind }) => kind === 'gossip').map(({ from, to }) => `${from}-${to}`));
  const branches = new Map();
  for (const { from, to } of firstCopies(second.sent, publisher).values()) {
    if (from !== publisher) branches.set(from, [...(branches.get(from) ?? []), to]);
  }
  // The node with the most children in the tree, other than the publisher, dies.
  const [victim = 0] = [...branches].sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
  recorded.network.remove(victim, 5_000_000_000);
  const third = recorded.publish(publisher, 'third', 1_000);
  const alive = links.filter((link) => !link.includes(victim));
  const absent = new Set([victim]);
  return figure(
    'PlumTree: a flood becomes a tree, and the tree repairs itself',
    [
      {
        title: 'the first payload floods',
        links,
        marks,
        arrows: [...arrowsOf(useful, ['gossip'], COLORS.green), ...arrowsOf(duplicates, ['gossip'], COLORS.red, true)],
      },
      {
        title: 'Prune: “you were second”',
        links,
        marks,
        arrows: arrowsOf(flood.sent, ['prune'], COLORS.red, true),
      },
      {
        title: 'the second: along a tree',
        links,
        marks,
        bold: tree,
        arrows: arrowsOf(second.sent, ['gossip'], COLORS.green),
      },
      {
        title: 'IHave: announcements beside it',
        links,
        marks,
        bold: tree,
        arrows: arrowsOf(second.sent, ['ihave'], COLORS.violet, true),
      },
      {
        title: `node ${victim} dies: a branch is cut off`,
        links: alive,
        marks,
        absent,
        arrows: arrowsOf(
          third.sent.filter(({ to, arrives }) => to !== victim && arrives < third.began + 60_000_000),
          ['gossip'],
          COLORS.green,
        ),
      },
      {
        title: 'Graft: “I miss it”, and it comes',
        links: alive,
        marks,
        absent,
        arrows: arrowsOf(
          third.sent.filter(({ to }) => to !== victim),
          ['graft'],
          COLORS.violet,
        ),
      },
    ],
    at,
  );
}

export function rooted() {
  const recorded = smallSwarm(4);
  const publishers = [3, 8];
  for (let i = 0; i < 12; i++) for (const each of publishers) recorded.publish(each, `${each} says ${i}`, 100);
  const links = recorded.links();
  const at = places(links);
  const [left, right] = publishers.map((publisher) => {
    const { sent } = recorded.publish(publisher, `${publisher} says hello`);
    return {
      title: `the tree of node ${publisher}`,
      links,
      marks: new Map([[publisher, COLORS.orange]]),
      arrows: arrowsOf(sent, ['gossip'], publisher === publishers[0] ? COLORS.green : COLORS.violet),
    };
  });
  const both = [...(left?.arrows ?? []), ...(right?.arrows ?? [])];
  const marks = new Map(publishers.map((publisher) => [publisher, COLORS.orange]));
  return figure(
    'Rooted trees: one for each publisher',
    [left, right, { title: 'both on the same links', links, marks, arrows: both }].filter(
      (panel) => panel !== undefined,
    ),
    at,
  );
}
