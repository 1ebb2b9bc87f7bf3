import { setTimeout } from 'node:timers/promises';
import { SecretKey } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { useSwarm } from './support/swarm.js';

const LATE_MS = 60_000;
const swarm = useSwarm();

test('a bootstrap peer that starts 60 s late is found; until then the failed dials are visible', async () => {
  const secretKey = SecretKey.generate();
  const placeholder = await Endpoint.bind({ address: '127.0.0.1:0', secretKey });
  const addr = placeholder.addr();
  await placeholder.close();

  const early = await (await swarm.current.start({ name: 'early' })).join([addr]);
  const impatient = early.topic.joined({ signal: AbortSignal.timeout(500) });
  await expect(impatient).rejects.toThrow('time');
  await early.publish();

  const began = performance.now();
  let looks = 0;
  let seen = 0;
  let failures = 0;
  while (performance.now() - began < LATE_MS) {
    const [peer] = (await early.gossip.snapshot()).peers;
    if (peer && peer.dialFailures > 0) failures = Math.max(failures, peer.dialFailures);
    if (failures > 0 || (peer?.dialFailures ?? 0) > 0) {
      looks++;
      if (peer && peer.dialFailures > 0 && peer.lastDialError !== undefined) seen++;
    }
    await setTimeout(100);
  }

  const [port] = addr.addrs.flatMap((address) => (address.type === 'ip' ? [address.addr.port] : []));
  const joined = early.topic.joined({ signal: AbortSignal.timeout(40_000) });
  const bound = performance.now();
  await (await swarm.current.start({ name: 'late', endpoint: { secretKey, address: `127.0.0.1:${port}` } })).join();
  await joined;
  const ms = performance.now() - bound;

  expect(ms).toBeLessThan(20_000);
  expect(failures).toBeGreaterThan(2);
  expect(seen).toBe(looks);
  expect(await swarm.current.ledger.imbalances(5_000)).toEqual([]);
  report({ row: 'row 1', figure: 'bootstrap 60 s late, joined after', value: ms / 1000, unit: 's' });
  report({
    row: 'row 1',
    figure: 'looks at the snapshot that showed the failed dials',
    value: (100 * seen) / looks,
    unit: '%',
  });
});
