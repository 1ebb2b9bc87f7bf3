import { topicIdFrom } from '@grapevine/api';
import { expect, test } from 'vitest';
import { healthPages } from '../src/node/health.js';

const well = { up: true, ending: false, failure: undefined, topicsWithoutNeighbor: [] };

test.each([
  ['well', well, 200, 200],
  ['starting', { ...well, up: false }, 200, 503],
  ['ending', { ...well, ending: true }, 200, 503],
  ['alone', { ...well, topicsWithoutNeighbor: [topicIdFrom('room')] }, 200, 503],
  ['without its socket', { ...well, failure: 'recvmsg ENETDOWN' }, 503, 503],
])('a node that is %s', (_, health, alive, ready) => {
  const pages = healthPages(() => health);
  expect([pages['/healthz']().status, pages['/readyz']().status]).toEqual([alive, ready]);
  expect(pages['/readyz']().body).toMatchObject({ failure: health.failure });
});

test('names topics without giving their ids away', () => {
  const id = topicIdFrom('room');
  const { body } = healthPages(() => ({ ...well, topicsWithoutNeighbor: [id] }))['/readyz']();
  expect(body).toMatchObject({ topicsWithoutNeighbor: [id.slice(0, 10)] });
  expect(JSON.stringify(body)).not.toContain(id.slice(0, 11));
});
