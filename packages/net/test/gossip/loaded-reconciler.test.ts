import type { TopicId } from '@grapevine/proto';
import { expect, test } from 'vitest';
import { LoadedReconciler } from '../../src/gossip/leaf/loaded-reconciler.js';
import type { Reconciling } from '../../src/gossip/reconciliation/index.js';
import { SecretKey } from '../../src/index.js';
import { deferred } from '../../src/util/deferred.js';
import { silentLogger } from '../../src/util/logger.js';

const TOPIC = '07'.repeat(32) as TopicId;
const HUB = SecretKey.generate().id;

/** Notes what it is told. */
function recorder(told: string[]): Reconciling {
  const note = (what: string) => () => void told.push(what);
  return {
    companions: [],
    counters: { sessions: 3, recovered: 2, unavailable: 1, failed: 0 },
    speaks: () => true,
    reconcile: note('reconcile'),
    connected: note('connected'),
    neighborUp: note('neighborUp'),
    neighborDown: note('neighborDown'),
    expelled: note('expelled'),
    left: note('left'),
    close: note('close'),
  };
}

test('what happens while the comparison of histories is loaded is told when it is there, in order', async () => {
  const [told, announced]: [string[], string[]] = [[], []];
  const loading = deferred<Reconciling>();
  const histories = new LoadedReconciler(
    loading.promise,
    { announceCache: () => void announced.push('all') },
    silentLogger,
  );
  histories.connected(HUB);
  histories.neighborUp(TOPIC, HUB);
  histories.reconcile(TOPIC, HUB, 'neighborUp');
  expect(histories.counters.sessions).toBe(0);
  expect(histories.speaks(HUB)).toBeUndefined();
  loading.resolve(recorder(told));
  await loading.promise;
  histories.neighborDown(TOPIC, HUB);
  expect(told).toEqual(['connected', 'neighborUp', 'reconcile', 'neighborDown']);
  expect(histories.counters.sessions).toBe(3);
  expect(announced).toEqual([]);
});

test('where it does not load, hubs are told of everything in the cache instead, and the log says so', async () => {
  const [announced, warnings]: [string[], string[]] = [[], []];
  const loading = deferred<Reconciling>();
  const logger = { ...silentLogger, warn: (_: object, message: string) => void warnings.push(message) };
  const histories = new LoadedReconciler(
    loading.promise,
    { announceCache: (topic, peer) => void announced.push(`${topic} ${peer}`) },
    logger,
  );
  histories.reconcile(TOPIC, HUB, 'neighborUp');
  loading.reject(new Error('offline'));
  await loading.promise.catch(() => {});
  await Promise.resolve();
  histories.reconcile(TOPIC, HUB, 'periodic');
  histories.reconcile(TOPIC, HUB, 'linkReplaced');
  expect(warnings).toEqual(['histories cannot be compared: the code for it did not load']);
  expect(announced).toEqual([`${TOPIC} ${HUB}`, `${TOPIC} ${HUB}`]);
});
