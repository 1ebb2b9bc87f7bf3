import { expect, test } from 'vitest';
import { quantile, report } from './support/figures.js';
import { GatedSocket } from './support/gated-socket.js';
import { useSwarm } from './support/swarm.js';
import { atRate } from './support/until.js';

/** UDP bytes: those of 1,280-byte IPv6 packets, on tunnels and mobile networks, and the least that QUIC needs. */
const [TUNNEL, LEAST] = [1_252, 1_200];

const swarm = useSwarm();

test.each([
  { bytes: TUNNEL, sides: 'both sides', narrow: [true, true] },
  { bytes: TUNNEL, sides: 'one side', narrow: [false, true] },
  { bytes: LEAST, sides: 'both sides', narrow: [true, true] },
])('a path of $bytes bytes ($sides): large messages pass, and the small ones behind them', async (path) => {
  const { ledger } = swarm.current;
  const sockets: GatedSocket[] = [];
  const socket = (i: number) => () => {
    const gated = new GatedSocket();
    if (path.narrow[i]) gated.passes = ({ direction, bytes }) => direction === 'in' || bytes <= path.bytes;
    sockets.push(gated);
    return gated;
  };
  const [a, b] = await swarm.current.grow(2, (i) => ({ endpoint: { socket: socket(i) } }));
  if (!a || !b) throw new Error('there are two');

  const sentAt: number[] = [];
  const delays: number[] = [];
  a.reader.onReceived = (number) => delays.push(performance.now() - (sentAt[number] as number));
  const publish = async (bytes: number) => {
    sentAt[ledger.count] = performance.now();
    await b.publish(bytes);
  };
  await publish(100);
  await publish(4_000);
  await atRate(5, 4_000, () => publish(100));
  await publish(4_000);
  await a.publish(4_000);

  expect(await ledger.imbalances(10_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  expect([a.downs(), b.downs()]).toEqual([0, 0]);
  expect(quantile(delays, 1)).toBeLessThan(2_000);
  report({
    row: 'L7',
    figure: `${path.bytes} bytes on ${path.sides}, longest delay of a message`,
    value: quantile(delays, 1),
    unit: 'ms',
  });
});
