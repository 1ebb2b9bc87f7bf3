import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { GatedSocket } from './support/gated-socket.js';
import { useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

// Row 15, too: a gap that is shorter than the payload cache loses nothing, however many messages are in it.

const swarm = useSwarm();

test.each([
  { count: 750, bytes: 200, noticed: false },
  { count: 3_000, bytes: 200, noticed: true },
  { count: 4_000, bytes: 1_000, noticed: false },
  { count: 4_000, bytes: 1_000, noticed: true },
])('$count messages of $bytes bytes while one of five is cut off (time-out noticed: $noticed)', async (gap) => {
  const { ledger } = swarm.current;
  const sockets: GatedSocket[] = [];
  const all = await swarm.current.grow(5, (i) => ({
    endpoint: {
      idleTimeoutMs: gap.noticed ? 3_000 : 30_000,
      socket: () => {
        sockets[i] = new GatedSocket();
        return sockets[i];
      },
    },
  }));
  const [publisher, , , , absent] = all;
  if (!publisher || !absent) throw new Error('there are five');

  sockets[4]?.cut();
  for (let i = 0; i < gap.count; i++) await publisher.publish(gap.bytes);
  if (gap.noticed) {
    await until('time-out on both sides', () => {
      const views = all.slice(0, 4).flatMap((node) => node.neighbors());
      return absent.neighbors().length === 0 && !views.includes(absent.id);
    });
  }
  sockets[4]?.heal();
  const healed = performance.now();
  await publisher.publish(gap.bytes);

  expect(await ledger.imbalances(20_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  report({
    row: 'L3',
    figure: `${gap.count} messages of ${gap.bytes} bytes, all there after the cut${gap.noticed ? ', which both sides had noticed' : ''}`,
    value: performance.now() - healed,
    unit: 'ms',
  });
});
