import { SecretKey } from '@grapevine/net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describeLoss } from '../page/loss.js';
import { Members } from '../page/members.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const ids = Array.from({ length: 102 }, (_, i) => SecretKey.fromBytes(new Uint8Array(32).fill(i + 1)).id);

test('who was not heard of for seven minutes has gone', () => {
  const gone: string[] = [];
  const members = new Members((id) => gone.push(id));
  const [ann, ben] = ids as [(typeof ids)[0], (typeof ids)[0]];
  members.heard(ann);
  members.heard(ben);
  vi.advanceTimersByTime(6 * 60_000);
  members.heard(ann);
  expect(gone).toEqual([]);
  vi.advanceTimersByTime(60_000);
  members.review();
  expect(gone).toEqual([ben]);
});

test('of more than a hundred the longest unheard leave', () => {
  const gone: string[] = [];
  const members = new Members((id) => gone.push(id));
  for (const id of ids.slice(0, 100)) members.heard(id);
  members.heard(ids[0] as (typeof ids)[0]);
  for (const id of ids.slice(100)) members.heard(id);
  expect(gone).toEqual(ids.slice(1, 3));
});

test('a tab that was away is told that messages may be lost, and not how many: nobody knows', () => {
  expect(describeLoss({ type: 'lagged', missed: 0, reason: 'away' })).toMatch(/^messages may have been lost /);
  expect(describeLoss({ type: 'lagged', missed: 1, reason: 'abandoned' })).toBe('1 message is lost');
  expect(describeLoss({ type: 'lagged', missed: 2, reason: 'overflow' })).toBe('2 messages are lost');
});
