import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareSocketAddrs,
  formatSocketAddr,
  ipFromOctets,
  ipToOctets,
  isDialable,
  isLoopback,
  parseSocketAddr,
} from '../../src/address/socket-addr.js';
import { ParseError } from '../../src/errors.js';

describe('parseSocketAddr', () => {
  test.each([
    ['127.0.0.1:0', '127.0.0.1:0'],
    ['10.0.0.1:65535', '10.0.0.1:65535'],
    ['[::1]:4433', '[::1]:4433'],
    ['[2001:DB8:0:0:0:0:0:1]:1', '[2001:db8::1]:1'],
    ['[::ffff:1.2.3.4]:5', '[::ffff:102:304]:5'],
    ['[fe80::1%eth0]:9', '[fe80::1]:9'],
  ])('%s reads as %s', (text, canonical) => expect(formatSocketAddr(parseSocketAddr(text))).toBe(canonical));

  test.each([
    '',
    '127.0.0.1',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '256.0.0.1:1',
    '::1:1',
    '[::1]',
    '[::g]:1',
    'localhost:1',
  ])('%j is refused', (text) => expect(() => parseSocketAddr(text)).toThrow(ParseError));
});

test('octets and texts are each other back', () => {
  for (const host of ['0.0.0.0', '255.254.253.252', '::', '::1', '2001:db8::1', 'fe80::1:0:0:1']) {
    expect(ipFromOctets(ipToOctets(host))).toBe(host);
  }
  expect([...ipToOctets('2001:db8::1')]).toEqual([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
});

test('any octets come back from their text, also from one that ends as IPv4 does', () => {
  const some = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }));
  fc.assert(
    fc.property(some, (octets) => {
      expect([...ipToOctets(ipFromOctets(octets))]).toEqual([...octets]);
    }),
  );
  expect(ipFromOctets(ipToOctets('::ffff:192.0.2.33'))).toBe('::ffff:c000:221');
  expect(ipFromOctets(ipToOctets('64:ff9b::192.0.2.33'))).toBe('64:ff9b::c000:221');
});

test('IPv6 is spelt as RFC 5952 says, and as URLs spell it', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0, 1, 0xab, 0xffff), { minLength: 8, maxLength: 8 }), (groups) => {
      const octets = Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
      const url = new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`);
      expect(`[${ipFromOctets(octets)}]`).toBe(url.hostname);
    }),
  );
});

test('IPv4 sorts before IPv6, then by octets, then by port', () => {
  const sorted = ['9.0.0.1:5', '10.0.0.1:1', '10.0.0.1:2', '[::1]:1', '[2001:db8::1]:0'].map(parseSocketAddr);
  expect(sorted.toReversed().sort(compareSocketAddrs)).toEqual(sorted);
});

test('what packets can be sent to, and what is this machine', () => {
  for (const good of ['127.0.0.1:1', '10.1.2.3:9', '[::1]:1', '[2001:db8::1]:1'])
    expect(isDialable(parseSocketAddr(good))).toBe(true);
  for (const bad of ['10.0.0.1:0', '0.0.0.0:1', '224.0.0.1:1', '255.255.255.255:1', '[::]:1', '[ff02::1]:1']) {
    expect(isDialable(parseSocketAddr(bad))).toBe(false);
  }
  expect(['127.0.0.1:1', '127.9.9.9:1', '[::1]:1', '[::ffff:127.0.0.1]:1'].map(parseSocketAddr).every(isLoopback)).toBe(
    true,
  );
  expect(isLoopback(parseSocketAddr('128.0.0.1:1'))).toBe(false);
});
