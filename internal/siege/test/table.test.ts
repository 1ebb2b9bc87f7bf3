import { expect, test } from 'vitest';
import { nothing } from '../src/attacks/nothing.js';
import { withShown } from '../src/page.js';
import { pageTable, summary } from '../src/table.js';
import { trial } from '../src/trial.js';
import { LONG_TURN, QUIET } from './outcomes.js';

test('the table is the one of docs/siege.md: a row for each run, the last with the verdict', async () => {
  const left = [LONG_TURN, QUIET, QUIET];
  const tried = await trial(nothing, async () => left.shift() ?? QUIET);
  expect(pageTable([tried])).toBe(`\
| attack | in | back | to others | CPU | allowed | floor/MB | handshakes | memory | p99 | slowest join | longest turn | allowed turn | verdict |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| nothing | 0 kB | 0 kB | 0 kB | 0.0 % | 29.0 % | 0.0 ms |  | 0 kB | 1.0 ms | 1.0 ms | 35 ms | 20 ms | broken |
| nothing, again | 0 kB | 0 kB | 0 kB | 0.0 % | 29.0 % | 0.0 ms |  | 0 kB | 1.0 ms | 1.0 ms | 1.0 ms | 20 ms | held |
| nothing, again | 0 kB | 0 kB | 0 kB | 0.0 % | 29.0 % | 0.0 ms |  | 0 kB | 1.0 ms | 1.0 ms | 1.0 ms | 20 ms | held 2 of 3 |`);
  expect(summary([tried], 10)).toMatch(
    /^1 of 1 attacks held, 1 of them tried again, 1 kept to their CPU without the floor as well: 10 s each, \d+ cores, Node /,
  );
});

test('it takes the place of the last one on the page', () => {
  expect(withShown('# Siege\n<!-- siege -->\nold\n<!-- /siege -->\nmore', '| new |')).toBe(
    '# Siege\n<!-- siege -->\n\n| new |\n\n<!-- /siege -->\nmore',
  );
  expect(() => withShown('# Siege', '| new |')).toThrow('the page has no <!-- siege -->');
});
