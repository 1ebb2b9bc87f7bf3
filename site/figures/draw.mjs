// @ts-check
// `node site/figures/draw.mjs`: draws the figures of docs/figures from runs of the simulator. With --check: fails where one differs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hyparview, plumtree, rooted } from './steps.mjs';
import { swarm } from './swarm.mjs';

const folder = new URL('../../docs/figures/', import.meta.url);
const FIGURES = { swarm, hyparview, plumtree, rooted };

mkdirSync(folder, { recursive: true });
const isCheck = process.argv.includes('--check');
for (const [name, draw] of Object.entries(FIGURES)) {
  const file = new URL(`${name}.svg`, folder);
  const drawn = draw();
  if (!isCheck) writeFileSync(file, drawn);
  else if (readFileSync(file, 'utf8') !== drawn) {
    process.stderr.write(`docs/figures/${name}.svg differs: node site/figures/draw.mjs draws it again\n`);
    process.exitCode = 1;
  }
}
