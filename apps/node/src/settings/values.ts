import { parseBootstrap, parseRoomTicket, type RoomTicket, topicIdFrom } from '@grapevine/api';
import { integer, parseDuration, UsageError } from '@grapevine/cli-kit';
import {
  type EndpointId,
  looksLikeRoomTicket,
  parseEndpointId,
  parseSocketAddr,
  type SocketAddr,
} from '@grapevine/net';
import { parseAdvertised, ticketKind, withoutPasting, wordKind } from '@grapevine/net/transport';
import type { Source } from './sources.js';

/** Turns a text into a value, or says what it should have been. */
export interface Expectation<T> {
  readonly what: string;
  /** Whether the error of {@link read} says more than `what` does: which other thing it is, or what is wrong with it. */
  readonly explains?: true;
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
  } catch (error) {
    const why = expectation.explains && error instanceof Error && error.message !== '' ? ` (${error.message})` : '';
    throw new UsageError(`${where} must be ${expectation.what}, got ${JSON.stringify(text)}${why}`);
  }
}

export const socketAddress: Expectation<SocketAddr> = {
  what: 'HOST:PORT with an IP address, such as 127.0.0.1:9464 or [::1]:0',
  read: parseSocketAddr,
};

/** A name or an address with a port, as in a URL. */
export const authority: Expectation<string> = {
  what: 'HOST:PORT, such as hub.example.org:8443',
  read: (text) => {
    const url = new URL(`https://${text}/`);
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '' || !/:[0-9]+$/.test(text)) {
      throw new Error();
    }
    return text;
  },
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
  explains: true,
  read: (text) => {
    checkPeer(text);
    return text;
  },
};

/** A ticket of a node or a room, or an id. */
export const someTicket: Expectation<string> = {
  what: 'an endpoint ticket ("endpoint…"), a room ticket ("room…") or an endpoint id',
  explains: true,
  read: (text) => {
    if (isRoomTicket(text)) parseRoomTicket(text);
    else checkPeer(text);
    return text;
  },
};

/** @throws with a message where there is more to say than what was expected */
function checkPeer(text: string): void {
  try {
    parseBootstrap(text);
  } catch (error) {
    const word = withoutPasting(text).toLowerCase();
    throw word.startsWith('endpoint') || wordKind(word) ? error : new Error();
  }
}

/** A topic, with peers where a room ticket names some: a name, an id, or such a ticket. */
export const room: Expectation<RoomTicket> = {
  what: 'a topic: a name, 64 hex digits or a room ticket',
  explains: true,
  read: (text) => {
    if (text === '') throw new Error();
    return isRoomTicket(text) ? parseRoomTicket(text) : { topic: topicIdFrom(text), peers: [] };
  },
};

const IS_ID = /^[0-9a-f]{64}$/i;
/** The shortest: a topic id and no peers. */
const MIN_ROOM_TICKET = 53;

/** Whether a text is meant as the ticket of a room. Names of topics are shorter, or have other letters. */
export function isRoomTicket(text: string): boolean {
  if (ticketKind(text.trim())?.startsWith('a room ticket')) return true; // also with letters that no ticket has
  const word = withoutPasting(text);
  if (word.length < MIN_ROOM_TICKET || !/^[a-z2-7]+$/i.test(word) || IS_ID.test(word)) return false;
  return looksLikeRoomTicket(word) || isReadable(word);
}

/** The tickets of the chat example have no prefix. */
function isReadable(word: string): boolean {
  try {
    parseRoomTicket(word);
    return true;
  } catch {
    return false;
  }
}

/** Where others reach us. */
export const advertised: Expectation<string> = {
  what: 'HOST:PORT or HOST, an IP address such as 203.0.113.7:4433',
  read: (text) => {
    parseAdvertised('', text);
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

const NANOSECONDS_PER_MS = 1e6;
/** What a timer takes. */
const MAX_MS = 2 ** 31 - 1;

/** A duration, in milliseconds; a bare number is seconds. */
export const duration: Expectation<number> = {
  what: 'a duration such as 10s, 500ms or 2m, from 1ms to 24 days',
  read: (text) => {
    const nanoseconds = parseDuration(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text) ?? 0;
    const ms = Math.round(nanoseconds / NANOSECONDS_PER_MS);
    if (ms < 1 || ms > MAX_MS) throw new Error();
    return ms;
  },
};
