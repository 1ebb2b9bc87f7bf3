import { parseBootstrap } from '@grapevine/api';
import { integer, UsageError } from '@grapevine/cli-kit';
import { type EndpointId, parseEndpointId, parseSocketAddr, type SocketAddr } from '@grapevine/net';
import type { Source } from './sources.js';

/** Turns a text into a value, or says what it should have been. */
export interface Expectation<T> {
  readonly what: string;
  /** @throws anything when the text is something else */
  read(text: string): T;
}

/** The last value of a setting, if there is one. @throws UsageError that says where what was expected */
export function lastOf<T>(source: Source, flag: string, expectation: Expectation<T>): T | undefined {
  const given = source.get(flag);
  return given && read(given.texts.at(-1) ?? '', given.where, expectation);
}

/** Every value of a setting. @throws UsageError that says where what was expected */
export function allOf<T>(source: Source, flag: string, expectation: Expectation<T>): T[] {
  const given = source.get(flag);
  return given ? given.texts.map((text) => read(text, given.where, expectation)) : [];
}

/** @throws UsageError that says where what was expected */
export function read<T>(text: string, where: string, expectation: Expectation<T>): T {
  try {
    return expectation.read(text);
  } catch {
    throw new UsageError(`${where} must be ${expectation.what}, got ${JSON.stringify(text)}`);
  }
}

export const socketAddress: Expectation<SocketAddr> = {
  what: 'HOST:PORT with an IP address, such as 127.0.0.1:9464 or [::1]:0',
  read: parseSocketAddr,
};

export const yesOrNo: Expectation<boolean> = {
  what: 'true or false',
  read: (text) => {
    if (text === 'true' || text === '1') return true;
    if (text === 'false' || text === '0') return false;
    throw new Error();
  },
};

export const endpointId: Expectation<EndpointId> = { what: 'an endpoint id (64 hex digits)', read: parseEndpointId };

/** A ticket, or an id that some other way of discovery finds. */
export const ticketOrId: Expectation<string> = {
  what: 'an endpoint ticket ("endpoint…") or an endpoint id',
  read: (text) => {
    parseBootstrap(text);
    return text;
  },
};

export const someText: Expectation<string> = {
  what: 'a text that is not empty',
  read: (text) => {
    if (text === '') throw new Error();
    return text;
  },
};

export function oneOf<T extends string>(...options: readonly T[]): Expectation<T> {
  return {
    what: `one of ${options.join(', ')}`,
    read: (text) => {
      const found = options.find((option) => option === text);
      if (found === undefined) throw new Error();
      return found;
    },
  };
}

export function wholeNumber(min: number, max: number): Expectation<number> {
  return {
    what: `a whole number from ${min} to ${max}`,
    read: (text) => integer('', text, min, max),
  };
}

/** Seconds, in milliseconds; at most what a timer takes. */
export const seconds: Expectation<number> = {
  what: 'a number of seconds, from 0.001 to 2000000',
  read: (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0.001 && value <= 2_000_000)) throw new Error();
    return Math.round(1_000 * value);
  },
};
