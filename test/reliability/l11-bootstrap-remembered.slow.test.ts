import { parseEndpointId } from '@grapevine/net';
import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { newKey, useProcesses } from './support/process-node.js';
import { useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

/** More than a node remembers of those that were its neighbors. */
const LATER = 100;

const processes = useProcesses();
const swarm = useSwarm();

test('a bootstrap peer is asked again, however many neighbors have come and gone since', async () => {
  const secretKey = newKey();
  const { ledger } = swarm.current;
  const bootstrap = await (await processes.start(ledger, { name: 'bootstrap', secretKey })).join();
  const node = await swarm.current.start({ name: 'lonely', endpoint: { idleTimeoutMs: 2_000 } });
  await node.join([]);
  await node.topic.joinPeers([bootstrap.ticket]);
  await node.topic.joined();
  await bootstrap.untilReceived(await node.publish());
  await bootstrap.process.kill();
  bootstrap.reader.excuse(ledger.count, Number.POSITIVE_INFINITY);
  await until('loss of the bootstrap peer', () => node.neighbors().length === 0);

  for (let i = 0; i < LATER; i++) {
    const visitor = await (await swarm.current.start({ name: `visitor ${i}` })).join([node]);
    await until('visit', () => node.neighbors().includes(visitor.id));
    const [here, there] = [await node.publish(), await visitor.publish()];
    await until('a word in both directions', () => visitor.reader.has(here) && node.reader.has(there));
    await visitor.endpoint.close(); // without a word to the topic
    visitor.reader.excuse(ledger.count, Number.POSITIVE_INFINITY);
  }
  await until('isolation', () => node.neighbors().length === 0, 60_000);

  const back = await processes.start(ledger, { name: 'back', secretKey, bind: bootstrap.address });
  const began = performance.now();
  await back.join();
  await until('link to the bootstrap peer', () => node.neighbors().includes(parseEndpointId(back.id)), 45_000);
  const found = performance.now() - began;
  await node.publish();
  await back.publish();
  expect(await ledger.imbalances(20_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  report({
    row: 'L11',
    figure: `a bootstrap peer found again after ${LATER} later neighbors, in`,
    value: found / 1000,
    unit: 's',
  });
});
