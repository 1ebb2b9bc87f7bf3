#!/usr/bin/env node
import { topicIdFrom } from '@grapevine/api';
import { runMain, stdout } from '@grapevine/cli-kit';
import { BindError, formatTicket } from '@grapevine/net';
import { Hub } from './hub.js';
import { HELP, parseOptions } from './options.js';
import { Site } from './site.js';

const print = (line: string) => stdout().put(`${line}\n`);
const ANY_PORT = '127.0.0.1:0';

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (!options) {
    print(HELP);
    return;
  }
  const topic = topicIdFrom(options.room);
  await using first = await Hub.start({ topic, address: ANY_PORT, webAddress: ANY_PORT });
  await using second = await Hub.start({ topic, address: ANY_PORT, webAddress: ANY_PORT, bootstrap: [first.addr] });
  const hubs = [first, second];
  const content = () => ({ topic, tickets: hubs.map((hub) => formatTicket(hub.webAddr)) });
  await using site = await Site.serve('127.0.0.1', options.port, content);
  print(`room: ${options.room} (${topic})`);
  print(`page: ${site.url}`);
  print(`members without a browser join through: ${formatTicket(first.addr)}`);
  print('Ctrl-C ends everything');
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

await runMain('grapevine-web', main, [BindError]);
