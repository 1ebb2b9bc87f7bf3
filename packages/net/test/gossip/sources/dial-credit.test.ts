import { expect, test } from 'vitest';
import { DialCredit } from '../../../src/gossip/sources/dial-credit.js';
import { HEARSAY_DIAL_BYTES } from '../../../src/gossip/sources/limits.js';
import { ManualClock } from '../../support/manual-clock.js';

test('what goes to third parties is at most twice what the source has sent, plus a dial in two seconds', async () => {
  const clock = new ManualClock();
  const credit = new DialCredit(clock);
  credit.connected('a');
  let sent = 2_000;
  let paid = 0;
  for (let second = 0; second < 10; second++) {
    for (let i = 0; i < 50; i++) {
      credit.received('a', 108); // a forward join with one address
      sent += 108;
      while (credit.pay('a', HEARSAY_DIAL_BYTES)) paid += HEARSAY_DIAL_BYTES;
    }
    await clock.advance(1_000);
  }
  expect(paid).toBeGreaterThan(sent);
  expect(paid).toBeLessThanOrEqual(2 * sent + 10 * 2_400);
});

test('a volley is about fifty dials, however long somebody has saved up', async () => {
  const clock = new ManualClock();
  const credit = new DialCredit(clock);
  credit.received('a', 1e9);
  await clock.advance(86_400_000);
  expect(credit.affordable('a', HEARSAY_DIAL_BYTES)).toBe(50);
});

test('the word of a peer that the user has named is worth five neighbors at four addresses each, once', async () => {
  const credit = new DialCredit(new ManualClock());
  for (let i = 0; i < 3; i++) credit.named('a');
  expect(credit.affordable('a', HEARSAY_DIAL_BYTES)).toBe(20);
  expect(credit.affordable('b', HEARSAY_DIAL_BYTES)).toBe(0);
});

test('who is named and answers costs nobody anything', () => {
  const credit = new DialCredit(new ManualClock());
  credit.received('a', HEARSAY_DIAL_BYTES / 2);
  expect(credit.pay('a', HEARSAY_DIAL_BYTES)).toBe(true);
  expect(credit.pay('a', HEARSAY_DIAL_BYTES)).toBe(false);
  credit.refund('a', HEARSAY_DIAL_BYTES);
  expect(credit.pay('a', HEARSAY_DIAL_BYTES)).toBe(true);
});

test('thousands of sources are remembered, and not more', () => {
  const credit = new DialCredit(new ManualClock());
  for (let i = 0; i < 10_000; i++) credit.connected(`${i}`);
  expect(credit.size).toBe(2_048);
});
