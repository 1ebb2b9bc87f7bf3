// @ts-check
// W2: how much goes from a tab through a hub to eight others, and what does a hub pay for 256 tabs?
import { runProgram } from './lib/program.mjs';
import { nothingLost, rowOfFigures } from './lib/swarm-row.mjs';
import { ensureWs } from './lib/ws.mjs';

const flood = { listeners: 8, bytes: 1_024, messages: 4_000, perSecond: 0 };
const crowd = { listeners: 255, bytes: 200, messages: 150, perSecond: 10 };
const MAX_CORES = 0.5;
const [ours, ws] = ['ours', 'WebSocket server (ws 8)'];
const [oursFull, wsFull] = ['ours, 256 tabs, 10/s', 'ws, 256 tabs, 10/s'];

export const row = rowOfFigures({
  id: 'W2',
  question: 'one tab floods eight others with 1 kB through one hub; a hub with 256 tabs at 10 messages a second',
  unit: 'deliveries/s',
  value: 'perSecond',
  cpuUnit: 'µs CPU of the hub a delivery',
  cpu: 'cpuUs',
  columns: [
    { figure: 'perSecond', title: 'deliveries/s', digits: 0 },
    { figure: 'cpuUs', title: 'µs CPU of the hub a delivery', digits: 0 },
    { figure: 'cores', title: 'cores of the hub', digits: 2 },
    { figure: 'memoryMb', title: 'MB of the hub', digits: 0 },
    { figure: 'tabKb', title: 'kB a tab', digits: 0 },
    { figure: 'p99', title: 'p99 ms', digits: 1 },
    { figure: 'share', title: 'delivered', digits: 4 },
  ],
  goals: [
    nothingLost(ours),
    nothingLost(oursFull),
    {
      what: `a hub with 256 tabs at 10 messages/s takes <= ${MAX_CORES} cores`,
      holds: (figures) => Number(figures(oursFull).cores) <= MAX_CORES,
    },
  ],
  prepare: () => ensureWs('W2'),
  contenders: {
    [ours]: () => runProgram('web/load.mjs', { kind: 'ours', ...flood }),
    [ws]: () => runProgram('web/load.mjs', { kind: 'ws', ...flood }),
    [oursFull]: () => runProgram('web/load.mjs', { kind: 'ours', ...crowd }),
    [wsFull]: () => runProgram('web/load.mjs', { kind: 'ws', ...crowd }),
  },
});
