import { expect, test } from 'vitest';
import { FairSlots } from '../../src/gossip/reconciliation/fair-slots.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import { deferred } from '../../src/util/deferred.js';
import { settle } from '../support/manual-clock.js';

const peer = (name: string) => name as EndpointId;

test('jobs take turns by peer, a peer with many leaves slots to the others, and too many are refused', async () => {
  const slots = new FairSlots({ running: 3, runningPerPeer: 2, waitingPerPeer: 4 });
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const run = (name: string, job: string) =>
    slots.run(peer(name), async () => {
      started.push(job);
      const end = deferred();
      ends.push(end.resolve);
      await end.promise;
    });
  const jobs = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map((job) => run('a', job));
  await expect(run('a', 'a7')).rejects.toThrow('too many');
  jobs.push(run('b', 'b1'), run('b', 'b2'));
  await settle();
  expect(started).toEqual(['a1', 'a2', 'b1']);
  for (let i = 0; i < 8; i++) {
    ends[i]?.();
    await settle();
  }
  await Promise.all(jobs);
  expect(started).toHaveLength(8);
  expect(started.indexOf('b2')).toBeLessThan(started.indexOf('a4'));
});

test('a job that fails frees its slot', async () => {
  const slots = new FairSlots({ running: 1, runningPerPeer: 1, waitingPerPeer: 4 });
  const failing = slots.run(peer('a'), () => Promise.reject(new Error('no')));
  const next = slots.run(peer('a'), async () => 'done');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
});
