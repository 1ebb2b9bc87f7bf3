import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EndpointClosedError } from '@grapevine/net';
import { expect, test } from 'vitest';
import { GatedSocket } from './support/gated-socket.js';
import { program } from './support/program.js';
import { type SwarmNode, TOPIC, useSwarm } from './support/swarm.js';

// The socket of a gossip node dies, or the program closes the endpoint: every call that waits for the node ends.

const swarm = useSwarm();

const ends: readonly { how: string; end: (node: SwarmNode, socket: GatedSocket) => unknown; named: string }[] = [
  { how: 'the socket dies', end: (_, socket) => socket.die('ENETDOWN'), named: 'ENETDOWN' },
  { how: 'the endpoint is closed', end: ({ endpoint }) => endpoint.close(), named: 'closed' },
];

test.each(ends)('$how: readers, publishers and joiners are told', async ({ end, named }) => {
  let socket: GatedSocket | undefined;
  const a = await (await swarm.current.start()).join();
  const b = await swarm.current.start({
    endpoint: {
      socket: () => {
        socket = new GatedSocket();
        return socket;
      },
    },
  });
  await b.join([a]);
  await b.topic.joined();
  const alone = await b.gossip.subscribe('33'.repeat(32) as typeof TOPIC);
  const joined = alone.joined().catch((error: unknown) => error);

  await end(b, socket as GatedSocket);

  const error = await b.ended;
  expect(error).toBeInstanceOf(EndpointClosedError);
  expect(describe(error)).toContain(named);
  expect(await joined).toBeInstanceOf(Error);
  await expect(b.topic.broadcast('too late')).rejects.toThrow(Error);
  await expect(b.gossip.subscribe(TOPIC)).rejects.toThrow(Error);
  await b.close();
});

test.each([
  ['whose endpoint is closed under its gossip node', []],
  ['whose socket dies', ['socket']],
])('a process %s ends by itself', async (_, args) => {
  const command = [program('closes-endpoint'), ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: 15_000 });
  expect(stdout.trim()).toBe('the reader has ended');
});

/** A text of an error and its causes. */
function describe(error: unknown): string {
  return error instanceof Error ? `${error.message} ${describe(error.cause)}` : '';
}
