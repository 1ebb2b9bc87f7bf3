import { describe, expect, test } from 'vitest';
import { defaultConfig, maxPayload, type PartialConfig, resolveConfig } from '../src/index.js';

describe('the config', () => {
  test('is complete and hardened when nothing is given', () => {
    expect(resolveConfig()).toEqual(defaultConfig());
    expect(resolveConfig().mode).toBe('hardened');
  });

  test('has all durations in the unit that is asked for', () => {
    const [ms, ns] = [defaultConfig(), defaultConfig('nanoseconds')];
    expect(ns.membership.shuffleInterval).toBe(60_000_000_000);
    expect(ns.broadcast.dispatchTimeout).toBe(ms.broadcast.dispatchTimeout * 1_000_000);
    expect(ns.membership.activeViewCapacity).toBe(5);
    expect(() => defaultConfig('hours' as 'milliseconds')).toThrow(TypeError);
  });

  test('fills what is missing from the defaults that are given', () => {
    const config = resolveConfig({ broadcast: { graftTimeout1: 7 } }, defaultConfig('nanoseconds'));
    expect(config.broadcast.graftTimeout1).toBe(7);
    expect(config.broadcast.graftTimeout2).toBe(40_000_000);
  });

  test.each([
    [{ maxMessageSize: 511 }, /maxMessageSize must be a whole number from 512 to .*, got 511/],
    [{ mode: 'lenient' } as unknown as PartialConfig, /mode must be/],
    [{ membership: { activeViewCapacity: 0 } }, /membership\.activeViewCapacity .* got 0/],
    [
      { membership: { passiveViewCapacity: 1.5 } },
      /membership\.passiveViewCapacity must be a whole number of at least 1, got 1.5/,
    ],
    [
      { membership: { activeRandomWalkLength: 65_536 } },
      /membership\.activeRandomWalkLength must be a whole number from 0 to 65535/,
    ],
    [{ membership: { shuffleInterval: 0 } }, /membership\.shuffleInterval must be a number above 0, got 0/],
    [{ broadcast: { dispatchTimeout: Number.NaN } }, /broadcast\.dispatchTimeout/],
    [{ broadcast: { graftTimeout1: Infinity } }, /broadcast\.graftTimeout1/],
    [{ broadcast: { messageIdRetention: 29_999 } }, /broadcast\.messageIdRetention must be a number of at least 30000/],
    [{ hardened: { graftAttempts: 33 } }, /hardened\.graftAttempts must be a whole number from 1 to 32, got 33/],
  ])('refuses what is out of range and says what and why: %j', (config, message) => {
    expect(() => resolveConfig(config)).toThrow(RangeError);
    expect(() => resolveConfig(config)).toThrow(message);
  });

  test.each([
    [
      { membership: { activeViewCapacty: 3 } },
      /membership has no field "activeViewCapacty"; did you mean "activeViewCapacity"\?/,
    ],
    [{ membrship: {} }, /config has no field "membrship"; did you mean "membership"\?/],
    [{ colour: 3 }, /config has no field "colour"; there are: mode, maxMessageSize, membership, broadcast, hardened/],
  ])('refuses a name that there is not, and says which one was probably meant: %j', (config, message) => {
    expect(() => resolveConfig(config as PartialConfig)).toThrow(TypeError);
    expect(() => resolveConfig(config as PartialConfig)).toThrow(message);
  });

  test('refuses what has the wrong type', () => {
    expect(() => resolveConfig({ maxMessageSize: '4096' } as unknown as PartialConfig)).toThrow(TypeError);
    expect(() => resolveConfig({ membership: 5 } as unknown as PartialConfig)).toThrow(TypeError);
  });
});

describe('the largest payload', () => {
  test('leaves room for the longest round in the swarm, and for none among neighbors', () => {
    expect(maxPayload(defaultConfig(), 'swarm')).toBe(4055);
    expect(maxPayload(defaultConfig(), 'neighbors')).toBe(4058);
  });

  test('follows the limit, also where the length prefix grows', () => {
    expect(maxPayload(resolveConfig({ maxMessageSize: 512 }), 'swarm')).toBe(471);
    expect(maxPayload(resolveConfig({ maxMessageSize: 1 << 20 }), 'swarm')).toBe((1 << 20) - 1 - (34 + 3 + 1 + 3));
  });
});
