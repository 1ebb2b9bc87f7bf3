import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Site } from '../dist/index.js';

let site: Site;
let script: string;

beforeAll(async () => {
  site = await Site.serve('127.0.0.1', 0, () => ({ topic: '00'.repeat(32), tickets: [] }), ['chat.example.org']);
  const { body } = await fetchAs('', '');
  [, script = ''] = / src="\.\/(assets\/[^"]*\.js)"/.exec(body.toString()) ?? [];
});

afterAll(() => site.close());

/** What comes over the wire: `fetch` would decode it. */
async function fetchAs(path: string, accepted: string) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = accepted === '' ? {} : { 'accept-encoding': accepted };
    get(`${site.url}${path}`, { headers }, resolve).on('error', reject);
  });
  const { statusCode, headers } = response;
  return { status: statusCode, coding: headers['content-encoding'], vary: headers.vary, body: await buffer(response) };
}

test.each([
  ['br', 'gzip, deflate, br, zstd', brotliDecompressSync, 0.3],
  ['gzip', 'gzip, deflate', gunzipSync, 0.35],
  ['gzip', 'br;q=0, gzip', gunzipSync, 0.35],
] as const)(
  'files come in %s where a browser says %j, the same and much smaller',
  async (coding, accepted, decode, share) => {
    const plain = await fetchAs(script, '');
    expect(plain).toMatchObject({ status: 200, coding: undefined, vary: 'accept-encoding' });
    const packed = await fetchAs(script, accepted);
    expect(packed).toMatchObject({ status: 200, coding, vary: 'accept-encoding' });
    expect(decode(packed.body).equals(plain.body)).toBe(true);
    expect(packed.body.length).toBeLessThan(share * plain.body.length);
    expect((await fetchAs(script, accepted)).body.equals(packed.body)).toBe(true); // kept, and the same
  },
);

test.each([
  ['assets/none.js'],
  ['/'],
  ['/['],
  ['%ff.html'],
  ['../package.json'],
  ['%2e%2e/%2e%2e/package.json'],
  ['nothing.json'],
])('there is no %s, in whatever coding', async (path) => {
  for (const accepted of ['', 'gzip', 'br']) expect((await fetchAs(path, accepted)).status).toBe(404);
});

async function invitation(host: string): Promise<{ status: number | undefined; text: string }> {
  const { port } = new URL(site.url);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/grapevine.json', headers: { host } }, resolve).on('error', reject);
  });
  return { status: response.statusCode, text: (await buffer(response)).toString() };
}

test.each([
  '127.0.0.1',
  '127.0.0.1:80',
  '[::1]:8080',
  'localhost',
  'LOCALHOST:8080',
  'room.localhost:1',
  'chat.example.org',
])('the invitation is told at %s', async (host) => {
  expect(await invitation(host)).toMatchObject({ status: 200 });
});

test.each(['evil.example', 'evil.example:8080', 'localhost.evil.example', '127.0.0.1.evil.example', 'a@localhost'])(
  'a page at %j, whose name leads to this machine for a while, is not told the invitation',
  async (host) => {
    const { status, text } = await invitation(host);
    expect(status).toBe(421);
    expect(text).not.toContain('topic');
  },
);

test('a path that does not begin with a slash leads nowhere', async () => {
  const { port } = new URL(site.url);
  const target = 'http://page/../../../package.json';
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: target }, resolve).on('error', reject);
  });
  expect(response.statusCode).toBe(404);
});
