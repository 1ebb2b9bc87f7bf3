import { expect, test } from 'vitest';
import { networkOf, sourceOf, sourceOfHost } from '../../src/address/source.js';

test('a host of IPv4 is a source; so is a /64 of IPv6, however its addresses are spelt', () => {
  expect(sourceOfHost('192.0.2.1')).toBe('192.0.2.1');
  expect(sourceOfHost('2001:db8:1:2::1')).toBe(sourceOfHost('2001:db8:1:2:ffff::9'));
  expect(sourceOfHost('2001:db8:1:2::1')).not.toBe(sourceOfHost('2001:db8:1:3::1'));
});

test('the sources of one site are one network, and a host of IPv4 is one by itself', () => {
  const [one, two, other] = ['2001:db8:1:2::1', '2001:db8:1:ffff::1', '2001:db8:2:2::1'].map(sourceOfHost) as [
    string,
    string,
    string,
  ];
  expect(networkOf(one)).toBe(networkOf(two));
  expect(networkOf(one)).not.toBe(networkOf(other));
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
});

test('an IPv4 address that a socket spells as IPv6 is the same source', () => {
  expect(sourceOfHost('::ffff:c000:201')).toBe('192.0.2.1');
});

test('a relay says nothing about who is behind it', () => {
  expect(sourceOf({ type: 'relay', url: 'https://relay.example/' })).toBeUndefined();
  expect(sourceOf(undefined)).toBeUndefined();
});
