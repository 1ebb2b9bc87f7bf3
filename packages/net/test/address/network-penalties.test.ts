import { describe, expect, it } from 'vitest';
import { NetworkPenalties } from '../../src/address/network-penalties.js';
import { sourceOfHost } from '../../src/address/source.js';

/** With the eighth a network is out. */
const MANY = 8;
const TERMS = { max: MANY, forgivenMs: 10_000 };

function penalties(terms = TERMS) {
  let now = 0;
  const made = new NetworkPenalties(terms, () => now);
  return {
    made,
    add: (host: string, times: number) => {
      for (let i = 0; i < times; i++) made.add(sourceOfHost(host));
    },
    isOut: (host: string) => made.outForMs(sourceOfHost(host)) > 0,
    pass: (seconds: number) => {
      now += seconds * 1_000;
    },
  };
}

describe('a network', () => {
  it('is out after eight, alone, and let in for one more after ten seconds', () => {
    const { add, isOut, pass } = penalties();
    add('192.0.2.1', MANY - 1);
    expect(isOut('192.0.2.1')).toBe(false);
    add('192.0.2.1', 1);
    expect(isOut('192.0.2.1')).toBe(true);
    expect(isOut('192.0.2.2')).toBe(false);
    pass(10.1);
    expect(isOut('192.0.2.1')).toBe(false);
    add('192.0.2.1', 1);
    expect(isOut('192.0.2.1')).toBe(true);
  });

  it.each([TERMS, { max: 64, forgivenMs: 1_250 }, { max: 1, forgivenMs: 10_000 }])(
    'is out for 80 seconds at most, however much it did, and then nothing is remembered of it (%o)',
    (terms) => {
      const { made, add, isOut, pass } = penalties(terms);
      add('192.0.2.1', 1_000);
      expect(made.outForMs('192.0.2.1')).toBe(80_000);
      pass(79);
      expect(isOut('192.0.2.1')).toBe(true);
      pass(2);
      expect(isOut('192.0.2.1')).toBe(false);
      pass(80);
      expect(isOut('192.0.2.1')).toBe(false);
      expect(made.size).toBe(0);
    },
  );

  it('is a /48 of IPv6, and the same host in either spelling of IPv4', () => {
    const { add, isOut } = penalties();
    for (let i = 0; i < MANY; i++) add(`2001:db8:7:${i}::1`, 1);
    expect(isOut('2001:db8:7:ffff::9')).toBe(true);
    expect(isOut('2001:db8:8::1')).toBe(false);
    add('::ffff:192.0.2.1', MANY);
    expect(isOut('192.0.2.1')).toBe(true);
  });

  it('is forgotten when thousands of others come after it', () => {
    const { made, add, isOut } = penalties();
    add('192.0.2.1', MANY);
    for (let i = 0; i < 4_096; i++) add(`10.0.${i >> 8}.${i & 255}`, 1);
    expect(made.size).toBe(4_096);
    expect(isOut('192.0.2.1')).toBe(false);
  });

  it('is kept out for as long as somebody wants, and not for less than it would be anyway', () => {
    const { made, add, isOut, pass } = penalties();
    made.keepOut('192.0.2.1', 25_000);
    expect(made.outForMs('192.0.2.1')).toBe(25_000);
    made.keepOut('192.0.2.1', 5_000);
    pass(24);
    expect(isOut('192.0.2.1')).toBe(true);
    pass(2);
    expect(isOut('192.0.2.1')).toBe(false);
    add('192.0.2.2', MANY + 1);
    made.keepOut('192.0.2.2', 1);
    expect(made.outForMs('192.0.2.2')).toBe(20_000);
    made.keepOut('192.0.2.3', Number.POSITIVE_INFINITY);
    expect(made.outForMs('192.0.2.3')).toBe(80_000);
  });
});
