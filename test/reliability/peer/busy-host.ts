// A node with a large active view, which measures the turns of its event loop.
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { formatTicket, Gossip, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';

const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
const gossip = Gossip.spawn(endpoint, {
  shareAddresses: false,
  config: { membership: { activeViewCapacity: 110 } },
});
new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
const topic = await gossip.subscribe(topicIdFrom('reliability'));

/** The longest turn of the loop, in CPU time, which other processes on this machine do not change. */
async function measure(ms: number): Promise<object> {
  let longest = 0;
  let before = process.cpuUsage();
  for (const end = performance.now() + ms; performance.now() < end; ) {
    await setImmediate();
    const now = process.cpuUsage();
    longest = Math.max(longest, now.user + now.system - before.user - before.system);
    before = now;
  }
  return { longestMs: longest / 1000 };
}

const emit = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
emit({ event: 'ready', ticket: formatTicket(endpoint.addr()) });
for await (const line of createInterface({ input: process.stdin })) {
  const [, id, verb, ms] = /^#(\d+) (\S+) ?(\d*)$/.exec(line) ?? [];
  const answer = verb === 'measure' ? await measure(Number(ms)) : { count: topic.neighbors().length };
  emit({ reply: verb, id: Number(id), ...answer });
}
