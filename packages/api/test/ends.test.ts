import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// A process has two nodes in a room, and readers that wait. Which single call ends it? See "What ends what" in the README.

const program = (end: string): string => `
import { Gossip, topicIdFrom } from '@grapevine/api';
const [a, b] = [await Gossip.bind({ address: '127.0.0.1:0' }), await Gossip.bind({ address: '127.0.0.1:0' })];
const hers = await a.subscribe(topicIdFrom('room'));
const his = await b.subscribe(a.roomTicket(hers.id));
const readers = [hers, his.membership(), his.status(), his.messages()].map(async (events) => { for await (const _ of events); });
await his.joined();
let sockets = 2;
for (const { endpoint } of [a, b]) void endpoint.closed.then(() => sockets--);
for (const node of [a, b]) await ${end};
const read = await Promise.allSettled(readers);
console.log(sockets === 0 ? 'closed' : 'open', read.map(({ status }) => status).join(' '));
if (sockets > 0) for (const { endpoint } of [a, b]) await endpoint.close();
`;

const CASES = [
  ['node.shutdown()', 'closed fulfilled fulfilled fulfilled fulfilled'],
  ['node.router.shutdown()', 'closed fulfilled fulfilled fulfilled fulfilled'],
  ['node.endpoint.close()', 'closed rejected rejected rejected rejected'],
  ['node.gossip.shutdown()', 'open fulfilled fulfilled fulfilled fulfilled'],
] as const;

test.concurrent.each(CASES)('%s: %s', async (end, says) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(end)], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
  });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(stdout).toBe(`${says}\n`);
  expect(code).toBe(0);
});
