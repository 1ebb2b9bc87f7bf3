// A node with a large active view, which measures the turns of its event loop.
import { existsSync, openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { formatTicket, Gossip, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';

const SPACE = 0x20;
const ZERO = 0x30;

const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
const gossip = Gossip.spawn(endpoint, {
  shareAddresses: false,
  config: { membership: { activeViewCapacity: 110 } },
});
new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
const topic = await gossip.subscribe(topicIdFrom('reliability'));

/** What Linux says of the thread that opens it: the nanoseconds for which it has had a core, and more (proc(5), schedstat). */
const SCHEDSTAT = '/proc/thread-self/schedstat';
const schedstat = existsSync(SCHEDSTAT) ? openSync(SCHEDSTAT, 'r') : undefined;
const text = Buffer.alloc(64);

/**
 * CPU time of the thread of the event loop, in milliseconds: nothing that other processes do is in it, nor threads that compile or collect garbage.
 * Elsewhere than on Linux it is that of all threads.
 */
function busyMs(): number {
  if (schedstat === undefined) {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3;
  }
  // Without garbage of its own: this is called in every turn.
  readSync(schedstat, text, 0, text.length, 0);
  let nanoseconds = 0;
  for (let i = 0; text[i] !== SPACE; i++) nanoseconds = nanoseconds * 10 + (text[i] as number) - ZERO;
  return nanoseconds / 1e6;
}

/** The longest turn of the loop. */
async function measure(ms: number): Promise<object> {
  let longestMs = 0;
  let before = busyMs();
  for (const end = performance.now() + ms; performance.now() < end; ) {
    await setImmediate();
    const now = busyMs();
    longestMs = Math.max(longestMs, now - before);
    before = now;
  }
  return { longestMs };
}

const emit = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
emit({ event: 'ready', ticket: formatTicket(endpoint.addr()) });
for await (const line of createInterface({ input: process.stdin })) {
  const [, id, verb, ms] = /^#(\d+) (\S+) ?(\d*)$/.exec(line) ?? [];
  const answer = verb === 'measure' ? await measure(Number(ms)) : { count: topic.neighbors().length };
  emit({ reply: verb, id: Number(id), ...answer });
}
