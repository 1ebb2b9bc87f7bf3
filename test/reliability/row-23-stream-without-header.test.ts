import { Gossip } from '@grapevine/api';
import { Endpoint } from '@grapevine/net/quic';
import { expect, test } from 'vitest';
import { encodeFrame, encodeHeader } from '../../packages/net/src/gossip/wire.js';
import { TOPIC, useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

const swarm = useSwarm();

test('100 streams that never send their header delay neither the next stream of that peer nor the other peers', async () => {
  const { ledger } = swarm.current;
  const [victim, other] = await swarm.current.grow(2);
  if (!victim || !other) throw new Error('there are two');
  await using endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
  const connection = await endpoint.connect(victim.addr(), Gossip.ALPN);
  for (let i = 0; i < 100; i++) (await connection.openUni()).write(Uint8Array.of(0));
  const good = await connection.openUni();
  good.write(Buffer.concat([encodeHeader(TOPIC), encodeFrame({ type: 'join', data: undefined })]));
  await until('link over the good stream', () => victim.neighbors().includes(endpoint.id), 5_000);
  for (const node of [victim, other]) for (let i = 0; i < 50; i++) await node.publish();
  expect(await ledger.imbalances(5_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
});
