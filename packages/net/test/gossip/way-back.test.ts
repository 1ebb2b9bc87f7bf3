import { topicIdFromBytes } from '@grapevine/proto';
import { describe, expect, test } from 'vitest';
import { MAX_BOOTSTRAP, WayBack } from '../../src/gossip/way-back.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import { WakingClock } from '../../src/util/waking-clock.js';
import { ManualClock } from '../support/manual-clock.js';

const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}` as EndpointId);

/** A way back whose rounds are written down. Everybody may be dialed at any time, unless said otherwise. */
function wayBack(notBefore: Readonly<Record<string, number>> = {}, dialing: ReadonlySet<string> = new Set()) {
  const clock = new ManualClock();
  const rounds: EndpointId[][] = [];
  const back = new WayBack(topicIdFromBytes(new Uint8Array(32)), {
    options: { clock: new WakingClock(clock), dialBackoffMinMs: 250, dialBackoffMaxMs: 10_000, random: () => 0.5 },
    waitFor: (peer) => (dialing.has(peer) ? 250 : Math.max(0, (notBefore[peer] ?? 0) - clock.now())),
    isDialing: (peer) => dialing.has(peer),
    join: (_, peers) => peers.length > 0 && rounds.push([...peers]),
  });
  return { clock, rounds, back };
}

describe('the way back in', () => {
  test('has a peer that the user has named in every round, however many neighbors there were since', async () => {
    const { clock, rounds, back } = wayBack();
    back.addBootstrap(ids('bootstrap', 2));
    for (const peer of [...ids('bootstrap', 2), ...ids('neighbor', 200)]) back.remember(peer);
    back.start();
    await clock.advance(600_000);
    expect(rounds.length).toBeGreaterThan(50);
    for (const round of rounds) {
      expect(round).toHaveLength(3);
      expect(round.some((peer) => peer.startsWith('bootstrap'))).toBe(true);
    }
    expect(new Set(rounds.flat()).size).toBe(2 + 64);
  });

  test('waits for a named peer that must not be dialed yet', async () => {
    const { clock, rounds, back } = wayBack({ bootstrap0: 8_000 });
    back.addBootstrap(ids('bootstrap', 1));
    back.remember(ids('neighbor', 1)[0] as EndpointId);
    back.start();
    await clock.advance(7_999);
    expect(rounds).toEqual([]);
    await clock.advance(1);
    expect(rounds).toEqual([['neighbor0', 'bootstrap0']]);
  });

  test('begins the next round as soon as a named peer may be dialed that could not be in this one', async () => {
    const notBefore: Record<string, number> = {};
    const { clock, rounds, back } = wayBack(notBefore);
    back.addBootstrap(ids('bootstrap', 1));
    for (const peer of ids('neighbor', 8)) back.remember(peer);
    back.start();
    await clock.advance(500);
    expect(rounds).toEqual([['neighbor6', 'neighbor7', 'bootstrap0']]);
    notBefore.bootstrap0 = 1_800; // the dial has failed
    await clock.advance(1_000);
    expect(rounds.slice(1)).toEqual([['neighbor3', 'neighbor4', 'neighbor5']]);
    await clock.advance(299);
    expect(rounds).toHaveLength(2);
    await clock.advance(1);
    expect(rounds.slice(2)).toEqual([['neighbor1', 'neighbor2', 'bootstrap0']]);
  });

  test('keeps its pauses while a named peer is being dialed', async () => {
    const dialing = new Set<string>();
    const { clock, rounds, back } = wayBack({}, dialing);
    back.addBootstrap(ids('bootstrap', 1));
    for (const peer of ids('neighbor', 8)) back.remember(peer);
    back.start();
    await clock.advance(500);
    dialing.add('bootstrap0');
    await clock.advance(1_000);
    expect(rounds.slice(1)).toEqual([['neighbor3', 'neighbor4', 'neighbor5']]);
    await clock.advance(1_999);
    expect(rounds).toHaveLength(2);
    await clock.advance(1);
    expect(rounds).toHaveLength(3);
  });

  test('asks the latest neighbors first, and forgets who has left, unless the user named it', async () => {
    const { clock, rounds, back } = wayBack();
    back.addBootstrap(ids('bootstrap', 1));
    for (const peer of ids('neighbor', 4)) back.remember(peer);
    for (const peer of ['bootstrap0', 'neighbor3'] as EndpointId[]) back.forget(peer);
    back.start();
    await clock.advance(1_000);
    expect(rounds).toEqual([['neighbor1', 'neighbor2', 'bootstrap0']]);
  });

  test('asks the next peer in the place of one that is not in the topic, sixteen in a round at most', async () => {
    const { clock, rounds, back } = wayBack({ bootstrap20: 60_000 });
    back.addBootstrap(ids('bootstrap', 40));
    back.start();
    back.notThere('bootstrap0' as EndpointId);
    expect(rounds).toEqual([]); // nobody was asked
    await clock.advance(500);
    const first = rounds[0] as EndpointId[];
    back.notThere('bootstrap20' as EndpointId); // nor was this one
    expect(rounds).toHaveLength(1);
    for (let i = 0; i < 40; i++) back.notThere((rounds.flat()[i] ?? first[0]) as EndpointId);
    expect(rounds.flat()).toHaveLength(16);
    expect(new Set(rounds.flat()).size).toBe(16);
    await clock.advance(1_000);
    expect(rounds.flat()).toHaveLength(19);
    expect(new Set(rounds.flat()).size).toBe(19);
    expect(rounds.flat()).not.toContain('bootstrap20'); // it must not be dialed yet
    back.stop();
    back.notThere(rounds.flat().at(-1) as EndpointId);
    expect(rounds.flat()).toHaveLength(19);
  });

  test('asks a peer again at once that has not heard us, once a round', async () => {
    const { clock, rounds, back } = wayBack();
    back.addBootstrap(ids('bootstrap', 2));
    const heard = () => back.unheard('bootstrap0' as EndpointId);
    heard();
    expect(rounds).toEqual([]); // nobody was asked
    back.start();
    for (const peer of ['stranger', 'bootstrap0', 'bootstrap0', 'bootstrap1']) back.unheard(peer as EndpointId);
    expect(rounds).toEqual([['bootstrap0']]);
    await clock.advance(500);
    heard();
    heard();
    expect(rounds).toEqual([['bootstrap0'], ['bootstrap0', 'bootstrap1'], ['bootstrap0']]);
    back.stop();
    heard();
    expect(rounds).toHaveLength(3);
  });

  test('is bounded: of very many named peers it keeps the latest', () => {
    const { back } = wayBack();
    back.addBootstrap(ids('bootstrap', 100_000));
    for (const peer of ids('neighbor', 1_000)) back.remember(peer);
    expect(back.peers).toHaveLength(MAX_BOOTSTRAP + 64);
    expect(back.peers[0]).toBe('bootstrap99999');
  });

  test('arms no timer without anybody to ask', () => {
    const { clock, back } = wayBack();
    back.start();
    expect(clock.timers).toBe(0);
  });
});
