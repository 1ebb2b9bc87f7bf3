import { afterEach, describe, expect, it, vi } from 'vitest';
import { AckDebt, type HeldAck, HeldAcks } from '../../src/quic/held-acks.js';
import type { RecvStream } from '../../src/transport/seam.js';
import { bytes, closeAll, first, pair } from './helpers.js';

afterEach(closeAll);

describe('an acknowledgement that is owed', () => {
  it('waits while it is for one packet that brought what a stream was waiting for', () => {
    const debt = new AckDebt();
    debt.paid(0);
    debt.received();
    expect(debt.canWait(100)).toBe(true);
  });

  it('does not wait for a third packet: every second one is acknowledged', () => {
    const debt = new AckDebt();
    debt.paid(0);
    debt.received();
    debt.received();
    expect(debt.canWait(200)).toBe(false);
    debt.paid(200);
    debt.received();
    expect(debt.canWait(300)).toBe(true);
  });

  it('does not wait when the packet brought nothing that can be read: it may be out of order', () => {
    const debt = new AckDebt();
    debt.paid(100);
    debt.received();
    expect(debt.canWait(100)).toBe(false);
  });

  it('does not exist without a packet', () => {
    const debt = new AckDebt();
    debt.paid(0);
    expect(debt.canWait(100)).toBe(false);
  });
});

describe('acknowledgements that wait', () => {
  afterEach(() => void vi.useRealTimers());

  /** Held acknowledgements in virtual time, and what was sent when. */
  function held() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const acks = new HeldAcks();
    const start = performance.now();
    const sent: [string, number][] = [];
    const owner = (name: string) => ({
      heldAck: undefined as HeldAck | undefined,
      sendHeld: () => void sent.push([name, performance.now() - start]),
    });
    return { acks, sent, owner };
  }

  it('are sent within 15 ms, which leaves 10 of the 25 that peers expect', () => {
    const { acks, sent, owner } = held();
    acks.hold(owner('a'), performance.now());
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([['a', 15]]);
  });

  it('share one timer, and go together where that makes them a little early', () => {
    const { acks, sent, owner } = held();
    acks.hold(owner('a'), performance.now());
    vi.advanceTimersByTime(4);
    acks.hold(owner('b'), performance.now());
    vi.advanceTimersByTime(5);
    acks.hold(owner('c'), performance.now());
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([
      ['a', 15],
      ['b', 15],
      ['c', 24],
    ]);
  });

  it('are not sent again once they were sent along with something else, and leave no timer behind', () => {
    const { acks, sent, owner } = held();
    const a = owner('a');
    acks.hold(a, performance.now());
    acks.release(a);
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('wait their own time when one of the same connection was sent along before', () => {
    const { acks, sent, owner } = held();
    const a = owner('a');
    acks.hold(a, performance.now());
    acks.release(a);
    vi.advanceTimersByTime(3);
    acks.hold(a, performance.now()); // held for 12 ms when the timer of the first one fires
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([['a', 18]]);
  });
});

describe('a connection', () => {
  /** Sends messages one by one, each when the last has arrived. @returns how many datagrams the receiver has sent meanwhile */
  async function answers(messages: number): Promise<number> {
    const { server, dialed, accepted } = await pair();
    const send = await dialed.openUni();
    send.write(bytes('first'));
    const stream: RecvStream = await first(accepted.acceptUni());
    await stream.read();
    const before = server.stats().datagramsSent;
    for (let i = 0; i < messages; i++) {
      send.write(bytes(`message ${i}`));
      await stream.read();
    }
    return server.stats().datagramsSent - before;
  }

  it('acknowledges about every second of the messages that come one by one', async () => {
    const messages = 60;
    const sent = await answers(messages);
    expect(sent).toBeGreaterThan(messages / 3);
    expect(sent).toBeLessThan((messages * 3) / 4); // where the machine stands still for 15 ms, one more
  });

  it('acknowledges a single message although nothing follows: its sender learns that all has arrived', async () => {
    const { client, dialed, accepted } = await pair();
    const send = await dialed.openUni();
    send.write(bytes('first'));
    const stream = await first(accepted.acceptUni());
    await stream.read();
    const received = client.stats().datagramsReceived;
    send.write(bytes('single'));
    await stream.read();
    await vi.waitFor(() => expect(client.stats().datagramsReceived).toBeGreaterThan(received));
  });
});
