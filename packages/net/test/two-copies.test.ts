import { expect, test, vi } from 'vitest';
import * as one from '../src/errors.js';

// Two versions of a package in one program are two copies of each class.

vi.resetModules();
const other = await import('../src/errors.js');

test('there are two copies', () => {
  expect(other.ConnectError).not.toBe(one.ConnectError);
});

test('an error of one copy is an instance of the same class of the other, and of those above it', () => {
  const error = new other.TopicClosedError();
  expect(error instanceof one.TopicClosedError).toBe(true);
  expect(error instanceof one.GossipError).toBe(true);
  expect(error instanceof one.GossipClosedError).toBe(false);
  expect(error instanceof one.NoNeighborsError).toBe(false);
});

test('within a copy, the class counts and not its name', () => {
  class TopicClosedError extends one.GossipError {
    readonly code = 'ERR_MINE';
  }
  const error = new TopicClosedError('mine');
  expect(error instanceof one.GossipError).toBe(true);
  expect(error instanceof one.TopicClosedError).toBe(false);
  expect(new one.TopicClosedError() instanceof TopicClosedError).toBe(false);
});

test('nothing else is an instance', () => {
  const looksLikeIt = Object.assign(new Error('no'), { name: 'TopicClosedError', code: 'ERR_TOPIC_CLOSED' });
  for (const value of [looksLikeIt, undefined, null, 'text', {}, Object.create(null)]) {
    expect(value instanceof one.GossipError).toBe(false);
    expect(value instanceof one.TopicClosedError).toBe(false);
  }
});
