import { encode, enumOf, seq, struct } from '@grapevine/postcard';
import { topicIdFromBytes, topicIdSchema } from '@grapevine/proto';
import { describe, expect, test } from 'vitest';
import { endpointAddrSchema } from '../../src/address/codec.js';
import { endpointAddr } from '../../src/address/endpoint-addr.js';
import { formatRoomTicket, parseRoomTicket } from '../../src/address/room-ticket.js';
import { parseSocketAddr } from '../../src/address/socket-addr.js';
import { formatTicket } from '../../src/address/ticket.js';
import { ParseError } from '../../src/errors.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { encodeBase32 } from '../../src/util/base32.js';

const peers = ['192.0.2.1:4433', '[2001:db8::1]:7'].map((addr) =>
  endpointAddr(SecretKey.generate().id, parseSocketAddr(addr)),
);
const room = { topic: topicIdFromBytes(new Uint8Array(32).fill(0x17)), peers };
const ticket = formatRoomTicket(room);
const chatTicket = encodeBase32(encode(struct({ topic: topicIdSchema, peers: seq(endpointAddrSchema) }), room));

describe('a room ticket', () => {
  test('holds a topic and peers, of which there may be none', () => {
    expect(ticket).toMatch(/^room[a-z2-7]+$/);
    expect(parseRoomTicket(ticket)).toEqual(room);
    const alone = { ...room, peers: [] };
    expect(parseRoomTicket(formatRoomTicket(alone))).toEqual(alone);
  });

  test.each<[string, string]>([
    ['with spaces around it', `  ${ticket}\n`],
    ['wrapped by a mail program', ticket.replace(/(.{40})/g, '$1\r\n> ')],
    ['in upper case', ticket.toUpperCase()],
    ['in quotes', `“${ticket}”`],
    ['of the chat example', chatTicket],
    ['of the chat example, wrapped', chatTicket.toUpperCase().replace(/(.{40})/g, '$1\n')],
  ])('%s is read', (_, text) => {
    expect(parseRoomTicket(text)).toEqual(room);
  });

  test('of the chat example is read also where it begins with the same letters', () => {
    const topic = topicIdFromBytes(Uint8Array.of(0x8b, 0x9c, 0xc0, ...new Uint8Array(29))); // "room" in base32, and more
    const bytes = encode(struct({ topic: topicIdSchema, peers: seq(endpointAddrSchema) }), { topic, peers });
    const text = encodeBase32(bytes);
    expect(text).toMatch(/^room/);
    expect(parseRoomTicket(text)).toEqual({ topic, peers });
  });

  test.each<[string, RegExp]>([
    ['', /expected "room…"/],
    ['my-room', /expected "room…"/],
    ['room', /room ticket/],
    [ticket.slice(0, -5), /room ticket/],
    [`${ticket.slice(0, -1)}!`, /"!" is not a base32 letter/],
    [`room${encodeBase32(Uint8Array.of(9, 1, 2, 3))}`, /room ticket/],
    [
      formatTicket(peers[0] as (typeof peers)[0]),
      /it is an endpoint ticket .* does not say how to enter a topic; expected "room…"/,
    ],
    ['17'.repeat(32), /it is an id in 64 hex digits, which/],
    [`blob${'a'.repeat(60)}`, /it is a blob ticket of iroh, which/],
    ['https://example.org', /it is a web address, which/],
  ])('%j is none', (text, says) => {
    expect(() => parseRoomTicket(text)).toThrow(ParseError);
    expect(() => parseRoomTicket(text)).toThrow(says);
  });

  test('that was damaged is refused, whichever letter it is: another topic would be another room', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz234567';
    for (let at = 'room'.length; at < ticket.length; at++) {
      const letter = letters[(letters.indexOf(ticket[at] as string) + 1 + (at % 31)) % 32];
      const damaged = ticket.slice(0, at) + letter + ticket.slice(at + 1);
      expect(() => parseRoomTicket(damaged), `letter ${at}`).toThrow(ParseError);
    }
    const swapped = ticket.replace(/^(room.{10})(.)(.)/, '$1$3$2');
    expect(() => parseRoomTicket(swapped)).toThrow('its check sum does not match');
  });

  test('from before there were check sums is read', () => {
    const schema = enumOf({ variant1: { room: struct({ topic: topicIdSchema, peers: seq(endpointAddrSchema) }) } });
    const old = `room${encodeBase32(encode(schema, { type: 'variant1', room }))}`;
    expect(parseRoomTicket(old)).toEqual(room);
    expect(() => parseRoomTicket(`${old}aaaaaaaa`)).toThrow('5 bytes too many');
  });
});
