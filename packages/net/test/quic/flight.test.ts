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
  it('is repeated after a second of silence, then after twice as long, and so on', () => {
    const made = make('dialed');
    expect(made.flight.sent(HELLO, 0, false)).toBe(true);
    expect(repeats(made, 0, 10_000)).toEqual([1_000, 3_000, 7_000]);
  });

  it('is replaced by the next one, of which the last stays', () => {
    const made = make('dialed');
    const { flight, sent } = made;
    flight.sent(HELLO, 0, false);
    expect(flight.sent(CERTIFICATE, 100, true)).toBe(true);
    expect(flight.sent([datagram(60, 3)], 200, true)).toBe(false);
    expect(repeats(made, 0, 2_000)).toEqual([700, 1_900]);
    flight.afterRepetition(2_399);
    expect(sent).toHaveLength(2); // what has just come was on its way when we repeated
    flight.afterRepetition(2_400);
    expect(sent).toHaveLength(3);
    expect(sent.at(-1)).toBe(CERTIFICATE[0]);
  });

  it('is put off while our own event loop is behind', () => {
    const { flight, sent } = make('dialed');
    flight.sent(HELLO, 0, false);
    flight.putOff(1_000);
    flight.afterSilence(2_999);
    expect(sent).toEqual([]);
    flight.afterSilence(3_000);
    expect(sent).toEqual(HELLO);
  });

  it('is repeated at most six times, whatever comes, and never after the end', () => {
    const { flight, sent } = make('dialed');
    flight.sent(HELLO, 0, false);
    for (let i = 0; i < 100; i++) flight.afterRepetition(1_000 * i);
    expect(sent).toHaveLength(6);
    expect(flight.repeatAt).toBe(Number.POSITIVE_INFINITY);
    const other = make('dialed');
    other.flight.sent(HELLO, 0, false);
    other.flight.end();
    expect(other.flight.repeatAt).toBe(Number.POSITIVE_INFINITY);
    other.flight.afterRepetition(1_000);
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
    flight.afterRepetition(500);
    expect(sent).toEqual(HELLO);
  });
});
