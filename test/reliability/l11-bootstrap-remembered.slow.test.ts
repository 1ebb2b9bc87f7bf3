import { parseEndpointId } from '@grapevine/net';
import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { newKey, useProcesses } from './support/process-node.js';
import { useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

/** More than a node remembers of those that were its neighbors. */
const LATER = 100;

const processes = useProcesses();
const swarm = useSwarm();

test('a bootstrap peer is asked again, however many neighbors have come and gone since', async () => {
  const secretKey = newKey();
  const elsewhere = new Ledger();
  const bootstrap = await (await processes.start(elsewhere, { name: 'bootstrap', secretKey })).join();
  const node = await swarm.current.start({ name: 'lonely', endpoint: { idleTimeoutMs: 2_000 } });
  await node.join([]);
  await node.topic.joinPeers([bootstrap.ticket]);
  await node.topic.joined();
  await bootstrap.process.kill();
  await until('loss of the bootstrap peer', () => node.neighbors().length === 0);

  for (let i = 0; i < LATER; i++) {
    const visitor = await (await swarm.current.start({ name: `visitor ${i}` })).join([node]);
    await until('visit', () => node.neighbors().includes(visitor.id));
    await visitor.endpoint.close(); // without a word to the topic
  }
  await until('isolation', () => node.neighbors().length === 0, 60_000);

  const back = await processes.start(elsewhere, { name: 'back', secretKey, bind: bootstrap.address });
  const began = performance.now();
  await back.join();
  await until('link to the bootstrap peer', () => node.neighbors().includes(parseEndpointId(back.id)), 45_000);
  await back.untilReceived(await node.publish());
  expect(back.reader.told).toEqual({});
  report({
    row: 'L11',
    figure: `a bootstrap peer found again after ${LATER} later neighbors, in`,
    value: (performance.now() - began) / 1000,
    unit: 's',
  });
});
