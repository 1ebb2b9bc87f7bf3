// @ts-check
// W1: how long does a message take from tab to tab through one hub?
import { runProgram } from './lib/program.mjs';
import { nothingLost, rowOfFigures } from './lib/swarm-row.mjs';
import { ensureWs } from './lib/ws.mjs';

const load = { listeners: 1, bytes: 200, messages: 400, perSecond: 40 };
const [ours, ws] = ['ours', 'WebSocket server (ws 8)'];

export const row = rowOfFigures({
  id: 'W1',
  question: 'tab to tab through one hub, 200 bytes, 40 a second (smaller is better)',
  unit: 'ms, median',
  value: 'p50',
  cpuUnit: 'ms, 99 of 100',
  cpu: 'p99',
  columns: [
    { figure: 'p50', title: 'p50 ms', digits: 2 },
    { figure: 'p99', title: 'p99 ms', digits: 2 },
    { figure: 'cpuUs', title: 'µs CPU of the hub a delivery', digits: 0 },
    { figure: 'share', title: 'delivered', digits: 4 },
  ],
  goals: [nothingLost(ours)],
  prepare: () => ensureWs('W1'),
  contenders: {
    [ours]: () => runProgram('web/load.mjs', { kind: 'ours', ...load }),
    [ws]: () => runProgram('web/load.mjs', { kind: 'ws', ...load }),
  },
});
