import { execPath } from 'node:process';
import { afterEach, expect, test } from 'vitest';
import { PeerProcess } from '../interop/peer-process.js';
import { report } from './support/figures.js';
import { program } from './support/program.js';

const NEIGHBORS = 100;
const running: PeerProcess[] = [];
afterEach(() => Promise.all(running.splice(0).map((process) => process.kill())));

test('100 neighbors on one node at idle: no slice of the event loop takes 10 ms of CPU', async () => {
  let ticket = '';
  const host = new PeerProcess({ label: 'host', file: execPath, args: [program('busy-host')] }, (line) => {
    if (line.event === 'ready') ticket = line.ticket as string;
  });
  running.push(host);
  await host.until('its ticket', () => ticket !== '');
  const control = await host.request('measure 3000', 20_000);

  let crowd = false;
  const others = new PeerProcess(
    { label: 'crowd', file: execPath, args: [program('crowd'), ticket, `${NEIGHBORS}`] },
    () => {
      crowd = true;
    },
  );
  running.push(others);
  await others.until('all neighbors', () => crowd, 60_000);
  expect((await host.request('neighbors', 20_000)).count).toBe(NEIGHBORS);
  const measured = await host.request('measure 15000', 40_000);

  report({
    row: 'row 25',
    figure: 'longest slice without a neighbor',
    value: control.longestMs as number,
    unit: 'ms of CPU',
  });
  report({
    row: 'row 25',
    figure: `longest slice with ${NEIGHBORS} idle neighbors`,
    value: measured.longestMs as number,
    unit: 'ms of CPU',
  });
  expect(measured.longestMs as number).toBeLessThan(10);
});
