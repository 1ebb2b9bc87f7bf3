import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { GatedSocket } from './support/gated-socket.js';
import { Ledger } from './support/ledger.js';
import { newKey, type ProcessNode, useProcesses } from './support/process-node.js';
import { useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

// Row 8, too: a node that returns after a crash or a change of network is a neighbor again well before the idle time-out of 30 s.

/** Well before the idle time-out. */
const SOON = 12_000;

const processes = useProcesses();
const swarm = useSwarm();

test.each([
  { how: 'on a new port, with bootstrap', samePort: false, bootstrap: true },
  { how: 'on the same port, with bootstrap', samePort: true, bootstrap: true },
  { how: 'on the same port, without bootstrap', samePort: true, bootstrap: false },
])('killed and started again $how', async ({ how, samePort, bootstrap }) => {
  const ledger = new Ledger();
  const secretKey = newKey();
  const resident = await (await processes.start(ledger, { name: 'resident' })).join();
  const before = await (await processes.start(ledger, { name: 'before', secretKey })).join(resident.ticket);
  await before.untilJoined();
  await before.untilReceived(await resident.publish());
  await before.process.kill();
  before.reader.excuse(ledger.count, Number.POSITIVE_INFINITY);

  const bind = samePort ? { bind: before.address } : {};
  const after = await processes.start(ledger, { name: 'after', secretKey, ...bind });
  const began = performance.now();
  await after.join(...(bootstrap ? [resident.ticket] : []));
  await after.untilJoined(SOON);
  await Promise.all([hears(after, resident), hears(resident, after)]);
  const ms = performance.now() - began;

  expect(ms).toBeLessThan(SOON);
  expect(await ledger.imbalances(10_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  report({ row: 'L13', figure: `back ${how}, heard both ways after`, value: ms, unit: 'ms' });
});

test.each(['the side that was dialed', 'the side that dialed'])('%s moves to another port', async (side) => {
  const { ledger } = swarm.current;
  const sockets: GatedSocket[] = [];
  const [dialed, dialer] = await swarm.current.grow(2, () => ({
    endpoint: {
      socket: () => {
        const socket = new GatedSocket();
        sockets.push(socket);
        return socket;
      },
    },
  }));
  if (!dialed || !dialer) throw new Error('there are two');
  const [mover, socket] = side === 'the side that dialed' ? [dialer, sockets[1]] : [dialed, sockets[0]];
  const other = mover === dialed ? dialer : dialed;

  await socket?.move();
  const began = performance.now();
  const numbers = [await mover.publish(), await other.publish()];
  await until(
    'both heard',
    () => other.reader.has(numbers[0] as number) && mover.reader.has(numbers[1] as number),
    SOON,
  );
  const ms = performance.now() - began;
  expect(await ledger.imbalances(5_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  report({ row: 'L13', figure: `${side} moved, heard both ways after`, value: ms, unit: 'ms' });
});

async function hears(listener: ProcessNode, speaker: ProcessNode): Promise<void> {
  await listener.untilReceived(await speaker.publish(), SOON);
}
