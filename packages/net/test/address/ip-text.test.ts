import { isIPv4 as nodeIsIPv4, isIPv6 as nodeIsIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isIPv4, isIPv6 } from '../../src/address/ip-text.js';

const KNOWN = [
  ...[
    '0.0.0.0',
    '255.255.255.255',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.4 ',
    '',
    '1.2.3.-4',
    'a.b.c.d',
  ],
  ...[
    '::',
    '::1',
    '1::',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '1::2::3',
    ':1::',
    '1:',
  ],
  ...[
    '1:2:3:4:5:6:7:8:9',
    '::ffff:1.2.3.4',
    '1:2:3:4:5:6:1.2.3.4',
    '::1.2.3.4',
    '1.2.3.4::',
    '::1.2.3',
    '12345::',
    'g::',
  ],
  ...['1:2:3:4:5:6:7:1.2.3.4', '::1:2:3:4:5:6:7:8', '1:2:3:4::5:6:7:8', ':::', '::1:', ':1:2:3:4:5:6:7:8', '1:::2'],
];

describe('the text of an IP address', () => {
  test.each(KNOWN)('%s is read as Node reads it', (text) => {
    expect(isIPv4(text)).toBe(nodeIsIPv4(text));
    expect(isIPv6(text)).toBe(nodeIsIPv6(text));
  });

  test('anything is read as Node reads it', () => {
    const part = fc.constantFrom('0', '1', 'ff', 'abcd', ':', '::', '.', '1.2.3.4', '255', '256', 'g', '');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6(),
          fc.array(part, { maxLength: 14 }).map((parts) => parts.join('')),
        ),
        (text) => {
          expect(isIPv4(text)).toBe(nodeIsIPv4(text));
          expect(isIPv6(text)).toBe(nodeIsIPv6(text));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
