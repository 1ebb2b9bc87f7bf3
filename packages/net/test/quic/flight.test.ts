import { describe, expect, it } from 'vitest';
import { Flight } from '../../src/quic/flight.js';

const datagram = (length: number, fill: number) => new Uint8Array(length).fill(fill);
const HELLO = [datagram(1200, 1)];
const CERTIFICATE = [datagram(400, 2)];

/** A flight, and what it sends. */
function make(side: 'dialed' | 'accepted') {
  const sent: Uint8Array[] = [];
  const flight = new Flight(side, (datagram) => sent.push(datagram));
  return { flight, sent };
}

/** Lets time pass and collects when something was repeated. */
function repeats({ flight, sent }: ReturnType<typeof make>, from: number, to: number): number[] {
  const at: number[] = [];
  for (let now = from; now < to; now++) {
    const before = sent.length;
    flight.afterSilence(now);
    if (sent.length > before) at.push(now);
  }
  return at;
}

describe('the flight of a client', () => {
  it('is repeated after 500 ms of silence, then after twice as long, and so on', () => {
    const made = make('dialed');
    expect(made.flight.sent(HELLO, 0, false)).toBe(true);
    expect(repeats(made, 0, 10_000)).toEqual([500, 1_500, 3_500, 7_500]);
  });

  it('is replaced by the next one, of which the last stays', () => {
    const made = make('dialed');
    const { flight, sent } = made;
    flight.sent(HELLO, 0, false);
    expect(flight.sent(CERTIFICATE, 100, true)).toBe(true);
    expect(flight.sent([datagram(60, 3)], 200, true)).toBe(false);
    expect(repeats(made, 0, 1_100)).toEqual([400, 1_000]);
    flight.afterRepetition(1_100);
    expect(sent.at(-1)).toBe(CERTIFICATE[0]);
  });

  it('is repeated at most twelve times, whatever comes, and never after the end', () => {
    const { flight, sent } = make('dialed');
    flight.sent(HELLO, 0, false);
    for (let i = 0; i < 100; i++) flight.afterRepetition(i);
    expect(sent).toHaveLength(12);
    expect(flight.repeatAt).toBe(Number.POSITIVE_INFINITY);
    const other = make('dialed');
    other.flight.sent(HELLO, 0, false);
    other.flight.end();
    expect(other.flight.repeatAt).toBe(Number.POSITIVE_INFINITY);
    other.flight.afterRepetition(1);
    expect(other.sent).toEqual([]);
  });
});

describe('the flight of a server', () => {
  it('is repeated only when something comes, and acknowledgements do not replace it', () => {
    const { flight, sent } = make('accepted');
    expect(flight.sent(HELLO, 0, false)).toBe(true);
    expect(flight.sent([datagram(60, 3)], 10, false)).toBe(false);
    expect(flight.sent([datagram(1200, 3)], 20, false)).toBe(false);
    expect(flight.repeatAt).toBe(Number.POSITIVE_INFINITY);
    flight.afterRepetition(30);
    expect(sent).toEqual(HELLO);
  });
});
