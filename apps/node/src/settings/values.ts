import { UsageError } from '@grapevine/cli-kit';
import { type EndpointId, parseEndpointId, parseSocketAddr, parseTicket, type SocketAddr } from '@grapevine/net';
import type { Given } from './setting.js';

/** Turns a text into a value, or says what it should have been. */
export interface Expectation<T> {
  readonly what: string;
  /** @throws anything when the text is something else */
  read(text: string): T;
}

/** @throws UsageError that says where what was expected */
export function readOne<T>({ texts, where }: Given, expectation: Expectation<T>): T {
  return read(texts[texts.length - 1] ?? '', where, expectation);
}

/** @throws UsageError that says where what was expected */
export function readAll<T>({ texts, where }: Given, expectation: Expectation<T>): T[] {
  return texts.map((text) => read(text, where, expectation));
}

function read<T>(text: string, where: string, expectation: Expectation<T>): T {
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
    if (text.startsWith('endpoint')) parseTicket(text);
    else parseEndpointId(text);
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
