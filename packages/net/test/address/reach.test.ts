import { expect, test } from 'vitest';
import { type EndpointAddr, endpointAddr } from '../../src/address/endpoint-addr.js';
import { type Reach, reachOf, reachWarning } from '../../src/address/reach.js';
import { parseSocketAddr } from '../../src/address/socket-addr.js';
import { SecretKey } from '../../src/identity/secret-key.js';

const { id } = SecretKey.generate();
const at = (...texts: string[]): EndpointAddr => endpointAddr(id, ...texts.map(parseSocketAddr));

test.each<[string[], Reach]>([
  [[], 'nowhere'],
  [['0.0.0.0:1', '224.0.0.1:5', '1.2.3.4:0'], 'nowhere'],
  [['127.0.0.1:4433', '[::1]:4433'], 'machine'],
  [['[::ffff:127.0.0.1]:4433'], 'machine'],
  [['127.0.0.1:1', '10.1.2.3:1'], 'network'],
  [['172.16.0.1:1'], 'network'],
  [['172.31.255.255:1'], 'network'],
  [['192.168.0.9:1'], 'network'],
  [['169.254.7.7:1'], 'network'],
  [['100.64.0.1:1'], 'network'],
  [['[fd00::1]:1'], 'network'],
  [['[fe80::1]:1'], 'network'],
  [['[::ffff:10.0.0.1]:1'], 'network'],
  [['172.32.0.1:1'], 'anywhere'],
  [['100.128.0.1:1'], 'anywhere'],
  [['192.168.0.9:1', '203.0.113.7:1'], 'anywhere'],
  [['[2001:db8::1]:1'], 'anywhere'],
])('%j is reached from: %s', (texts, reach) => {
  expect(reachOf(at(...texts))).toBe(reach);
});

test('a relay is reached from anywhere', () => {
  expect(reachOf({ id, addrs: [{ type: 'relay', url: 'https://relay.example/' }] })).toBe('anywhere');
});

test('who hands out a ticket that nobody else can use is told', () => {
  expect(reachWarning(at('127.0.0.1:4433'))).toMatch(/only this machine reaches 127\.0\.0\.1:4433.*advertise/);
  expect(reachWarning(at())).toMatch(/no address/);
  expect(reachWarning(at('192.168.0.9:1'))).toBeUndefined();
});
