import { Gossip, parseTicket, topicIdFrom } from '@grapevine/api';
import { SecretKey } from '@grapevine/net';
import { WebEndpoint } from '@grapevine/web';
import { QuicDialer } from '@grapevine/web/listener';
import { expect, test } from 'vitest';
import { blockOf } from '../../../test/docs/pages.js';
import { NodeProcess, TemporaryFolder } from './node-process.js';

test('--web makes a node a hub: it serves the page, what the page needs, and WebTransport', async () => {
  using folder = new TemporaryFolder();
  const args = ['--data', folder.path, '--topic', 'lobby', '--bind', '127.0.0.1:0', '--web', '127.0.0.1:0'];
  await using node = new NodeProcess(args);
  const { url } = await node.logged('serving the chat room to browsers');
  const page = await fetch(url as string);
  expect(page.headers.get('content-type')).toMatch('text/html');
  expect(await page.text()).toContain('<script');

  const invitation = (await (await fetch(`${url}grapevine.json`)).json()) as { topic: string; tickets: string[] };
  expect(invitation.topic).toBe(topicIdFrom('lobby'));
  const documented = JSON.parse(blockOf('apps/web/README.md', 'apps/node/test/web.test.ts').code);
  expect(Object.keys(invitation)).toEqual(Object.keys(documented));
  await using dialer = await QuicDialer.bind({ address: '127.0.0.1:0' });
  await using endpoint = new WebEndpoint({ key: SecretKey.generate(), dialer: dialer.dial });
  await using gossip = Gossip.spawn(endpoint);
  const topic = await gossip.subscribe(topicIdFrom('lobby'), { bootstrap: invitation.tickets.map(parseTicket) });
  await topic.joined();

  // Its ticket for other members names the listener, too.
  const { ticket } = await node.logged('up');
  expect(parseTicket(ticket as string).addrs.map(({ type }) => type)).toEqual(['ip', 'custom']);
  node.kill('SIGTERM');
  expect((await node.exited).code).toBe(0);
});
