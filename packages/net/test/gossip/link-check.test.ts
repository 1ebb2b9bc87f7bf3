import { describe, expect, test } from 'vitest';
import type { Link } from '../../src/gossip/link/link.js';
import { LinkCheck } from '../../src/gossip/peers/link-check.js';
import type { Peer } from '../../src/gossip/peers/peer.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import { deferred } from '../../src/util/deferred.js';
import { ManualClock } from '../support/manual-clock.js';

const ID = 'the peer' as EndpointId;

/** A check, and a peer whose link answers as the test says. */
function askedPeer() {
  const answer = deferred<boolean>();
  const link = { connection: { probe: () => answer.promise }, close: () => {} } as unknown as Link;
  const peer = { id: ID, active: link } as Peer;
  const check = new LinkCheck({
    clock: new ManualClock(),
    isLeaf: false,
    redial: async () => {},
    isWanted: () => false,
    survivedSleep: () => {},
  });
  return { answer, check, link, peer };
}

describe('after a sleep', () => {
  test('a link that is being asked already counts as it answers: as one that survived', async () => {
    const { answer, check, peer } = askedPeer();
    const [first, second] = [check.afterSleep([peer]), check.afterSleep([peer])];
    answer.resolve(true);
    expect([await first, await second]).toEqual([[ID], [ID]]);
  });

  test('so does one that was in doubt before', async () => {
    const { answer, check, link, peer } = askedPeer();
    const doubted = check.doubt(peer, link);
    const asked = check.afterSleep([peer]);
    answer.resolve(true);
    await doubted;
    expect(await asked).toEqual([ID]);
  });

  test('one that does not answer has not survived', async () => {
    const { answer, check, peer } = askedPeer();
    const [first, second] = [check.afterSleep([peer]), check.afterSleep([peer])];
    answer.resolve(false);
    expect([await first, await second]).toEqual([[], []]);
  });
});
