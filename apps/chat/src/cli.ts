#!/usr/bin/env node
import { createInterface } from 'node:readline';
import { Gossip, type GossipTopic } from '@grapevine/api';
import { packageVersion, runMain, stdout, whenNpxEnds } from '@grapevine/cli-kit';
import { BindError, Router, reachWarning } from '@grapevine/net';
import { HELP, parseOptions } from './options.js';
import { reach } from './reach.js';
import { Room } from './room.js';
import { formatChatTicket } from './ticket.js';
import { bindEndpoint } from './transport.js';

const print = (line: string): void => stdout().put(`${line}\n`);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') return print(HELP);
  if (options === 'version') return print(`grapevine-chat ${packageVersion(import.meta.url)}`);
  const { topic: id, peers } = options.room;
  const endpoint = await bindEndpoint(options, print);
  const gossip = Gossip.spawn(endpoint);
  const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  const leaving = new AbortController();
  process.once('SIGINT', () => leaving.abort());
  process.once('SIGTERM', () => leaving.abort());
  process.once('SIGHUP', () => leaving.abort()); // its terminal is gone
  whenNpxEnds(() => leaving.abort());
  const ending = AbortSignal.any([leaving.signal, stdout().gone]); // nobody reads along any more
  let room: Room | undefined;
  try {
    print(`> our endpoint id: ${endpoint.id}`);
    print(`> room: ${id}`);
    print(`> ticket to join us: ${formatChatTicket({ topic: id, peers: [...peers, endpoint.addr()] })}`);
    const warning = reachWarning(endpoint.addr());
    if (warning !== undefined) print(`! ${warning} (--bind, --advertise)`);
    const topic = await gossip.subscribe(id, { bootstrap: peers });
    room = new Room(topic, options.secretKey, options.name, print);
    const several = peers.length === 1 ? 'a peer' : `${peers.length} peers`;
    print(peers.length === 0 ? '> waiting for others to join us …' : `> trying to reach ${several} …`);
    await Promise.race([room.listen(), talk(topic, room, ending)]);
  } catch (error) {
    if (!ending.aborted) throw error; // otherwise it is Ctrl-C that ended the wait
  } finally {
    process.stdin.destroy();
    room?.close();
    await router.shutdown();
  }
}

/** Sends what is typed until the input ends. While nobody is there, it is kept for the first neighbor. */
async function talk(topic: GossipTopic, room: Room, signal: AbortSignal): Promise<void> {
  const joined = reach(topic, print, signal).then(() => print('> connected! type a message and press enter'));
  const reading = read(room, signal);
  await Promise.race([reading, joined]); // either rejects when we leave, and when the node has ended
  await reading;
  const { kept } = await topic.flush();
  if (kept === 0) return;
  const lines = Math.min(kept, room.unheard);
  if (process.stdin.isTTY) print(`! nobody was there to hear ${lines === 1 ? 'a line' : `${lines} lines`}`);
  else await joined; // what a program has written is delivered first
}

async function read(room: Room, signal: AbortSignal): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, signal })) await room.say(line);
}

await runMain('grapevine-chat', main, [BindError]);
