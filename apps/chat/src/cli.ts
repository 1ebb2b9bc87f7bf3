#!/usr/bin/env node
import { createInterface } from 'node:readline';
import { Gossip, type GossipTopic } from '@grapevine/api';
import { runMain } from '@grapevine/cli-kit';
import { BindError, Router } from '@grapevine/net';
import { HELP, parseOptions } from './options.js';
import { Room } from './room.js';
import { formatChatTicket } from './ticket.js';
import { bindEndpoint } from './transport.js';

const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (!options) {
    print(HELP);
    return;
  }
  const { topic: id, peers } = options.room;
  const endpoint = await bindEndpoint(options, print);
  const gossip = Gossip.spawn(endpoint);
  const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  const leaving = new AbortController();
  process.once('SIGINT', () => leaving.abort());
  process.once('SIGTERM', () => leaving.abort());
  try {
    print(`> our endpoint id: ${endpoint.id}`);
    print(`> room: ${id}`);
    print(`> ticket to join us: ${formatChatTicket({ topic: id, peers: [...peers, endpoint.addr()] })}`);
    const topic = await gossip.subscribe(id, { bootstrap: peers });
    const room = new Room(topic, options.secretKey, options.name, print);
    print(peers.length === 0 ? '> waiting for others to join us …' : `> trying to reach ${peers.length} peers …`);
    await Promise.race([room.listen(), talk(topic, room, leaving.signal)]);
  } catch (error) {
    if (!leaving.signal.aborted) throw error; // otherwise it is Ctrl-C that ended the wait
  } finally {
    process.stdin.destroy();
    await router.shutdown();
  }
}

/** Sends what is typed until the input ends. */
async function talk(topic: GossipTopic, room: Room, signal: AbortSignal): Promise<void> {
  await topic.joined({ signal });
  print('> connected! type a message and press enter');
  for await (const line of createInterface({ input: process.stdin, signal })) await room.say(line);
}

await runMain('grapevine-chat', main, [BindError]);
