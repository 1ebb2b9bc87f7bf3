import { describe, expect, it } from 'vitest';
import { Flight } from '../../src/quic/flight.js';

const datagram = (length: number, fill: number) => new Uint8Array(length).fill(fill);
const HELLO = [datagram(1200, 1)];
const CERTIFICATE = [datagram(400, 2)];

/** Lets time pass and collects when something was repeated. */
function repeats(flight: Flight, from: number, to: number): number[] {
  const at: number[] = [];
  for (let now = from; now < to; now++) if (flight.afterSilence(now).length > 0) at.push(now);
  return at;
}

describe('the flight of a client', () => {
  it('is repeated after 500 ms of silence, then after twice as long, and so on', () => {
    const flight = new Flight('dialed');
    expect(flight.sent(HELLO, 0, false)).toBe(true);
    expect(repeats(flight, 0, 10_000)).toEqual([500, 1_500, 3_500, 7_500]);
  });

  it('is replaced by the next one, of which the last stays', () => {
    const flight = new Flight('dialed');
    flight.sent(HELLO, 0, false);
    expect(flight.sent(CERTIFICATE, 100, true)).toBe(true);
    expect(flight.sent([datagram(60, 3)], 200, true)).toBe(false);
    expect(repeats(flight, 0, 1_100)).toEqual([400, 1_000]);
    expect(flight.afterRepetition(1_100)).toBe(CERTIFICATE);
  });

  it('is repeated at most twelve times, whatever comes, and never after the end', () => {
    const flight = new Flight('dialed');
    flight.sent(HELLO, 0, false);
    const repeated = Array.from({ length: 100 }, (_, i) => flight.afterRepetition(i).length);
    expect(repeated.filter((count) => count > 0)).toHaveLength(12);
    expect(flight.repeatAt).toBe(Number.POSITIVE_INFINITY);
    const other = new Flight('dialed');
    other.sent(HELLO, 0, false);
    other.end();
    expect(other.repeatAt).toBe(Number.POSITIVE_INFINITY);
    expect(other.afterRepetition(1)).toEqual([]);
  });
});

describe('the flight of a server', () => {
  it('is repeated only when something comes, and acknowledgements do not replace it', () => {
    const flight = new Flight('accepted');
    expect(flight.sent(HELLO, 0, false)).toBe(true);
    expect(flight.sent([datagram(60, 3)], 10, false)).toBe(false);
    expect(flight.sent([datagram(1200, 3)], 20, false)).toBe(false);
    expect(flight.repeatAt).toBe(Number.POSITIVE_INFINITY);
    expect(flight.afterRepetition(30)).toBe(HELLO);
  });
});
