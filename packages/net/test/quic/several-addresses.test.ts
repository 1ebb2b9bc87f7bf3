import { afterEach, describe, expect, it } from 'vitest';
import { severalAddressesHint } from '../../src/quic/advertise.js';
import { silentLogger } from '../../src/util/logger.js';
import { bind, closeAll, where } from './helpers.js';

afterEach(closeAll);

const ANY = { host: '0.0.0.0', port: 4_433 };
const at = (...hosts: string[]) => hosts.map((host) => ({ host, port: 4_433 }));

describe('a host with several addresses', () => {
  it('is told at which of them it is reached, and what to do', () => {
    const hint = severalAddressesHint(ANY, at('192.0.2.7', '198.51.100.7', '127.0.0.1'));
    expect(hint).toMatch('bound to every address of this machine (192.0.2.7, 198.51.100.7)');
    expect(hint).toMatch('To be reached at one of them, bind to it');
  });

  it.each([
    ['one address, and loopback', at('192.0.2.7', '127.0.0.1')],
    ['one of each family', at('192.0.2.7', '2001:db8::7', '::1')],
  ])('and one with %s is not', (_, addrs) => {
    expect(severalAddressesHint({ host: '::', port: 4_433 }, addrs)).toBeUndefined();
  });

  it('finds it in the log of an endpoint that is bound to all of them', async () => {
    const told: string[] = [];
    const logger = { ...silentLogger, info: (_: object, message: string) => void told.push(message) };
    const endpoint = await bind({ address: '0.0.0.0:0', logger });
    const hint = severalAddressesHint({ host: '0.0.0.0', port: where(endpoint).port });
    expect(told).toEqual(hint === undefined ? [] : [hint]); // as this machine has several or not
  });
});
