import { endpointAddr, formatTicket, parseTicket, SecretKey, socketAddr } from '@grapevine/net';
import { expect, test } from 'vitest';
import { ParseError, parseBootstrap } from '../src/index.js';

const { id } = SecretKey.generate();
const addr = endpointAddr(id, socketAddr('192.0.2.1', 4433));
const ticket = formatTicket(addr);

test.each<[string, string]>([
  ['with spaces around it', `  ${ticket}\n`],
  ['wrapped by a mail program', ticket.replace(/(.{40})/g, '$1\r\n')],
  ['in upper case, as in QR codes', ticket.toUpperCase()],
  ['with a capital, as phones write', `${ticket.charAt(0).toUpperCase()}${ticket.slice(1)}`],
  ['in quotes', `"${ticket}"`],
  ['in other quotes', `“${ticket}”`],
  ['in brackets', `<${ticket}>`],
  ['behind a zero-width space', `\u200b${ticket}`],
  ['behind a byte order mark', `\ufeff${ticket}`],
])('a ticket %s is read', (_, text) => {
  expect(parseTicket(text)).toEqual(addr);
  expect(parseBootstrap(text)).toEqual(addr);
});

test('so is an id', () => {
  expect(parseBootstrap(` '${id.toUpperCase()}'\n`)).toBe(id);
});

test.each(['', ticket.slice(0, -5), `node${ticket.slice(8)}`, `${ticket}?x=1`, `0x${id}`])('%j is no peer', (text) => {
  expect(() => parseBootstrap(text)).toThrow(ParseError);
});
