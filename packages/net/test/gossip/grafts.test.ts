import type { MessageId } from '@grapevine/proto';
import { expect, test } from 'vitest';
import { FrameDecoder } from '../../src/gossip/link/frame-decoder.js';
import { decodeMessage, encodeFrame, encodeHeader, GOSSIP_ALPN } from '../../src/gossip/wire.js';
import type { RecvStream } from '../../src/transport/seam.js';
import { type Listener, say, TestSwarm, TOPIC } from '../support/swarm.js';

/** Notes the ids of all payloads that come. */
async function notePayloads(stream: RecvStream, payloads: MessageId[]): Promise<void> {
  const decoder = new FrameDecoder(65_536);
  let isHeader = true;
  for (let chunk = await stream.read(); chunk; chunk = await stream.read()) {
    decoder.push(chunk);
    for (let body = decoder.next(); body; body = decoder.next()) {
      const message = isHeader ? undefined : decodeMessage(body);
      isHeader = false;
      if (message?.type === 'gossip') payloads.push(message.id);
    }
  }
}

test('a neighbor is sent a payload once a second, however often it asks', async () => {
  const swarm = new TestSwarm();
  const [node] = (await swarm.grow(2)) as [Listener, Listener];
  const neighbor = swarm.network.endpoint();
  const dial = neighbor.connect(node.endpoint.addr(), GOSSIP_ALPN);
  await swarm.clock.advance(20);
  const connection = await dial;
  const payloads: MessageId[] = [];
  void (async () => {
    for await (const stream of connection.acceptUni()) void notePayloads(stream, payloads).catch(() => {});
  })();
  const stream = await connection.openUni();
  stream.write(encodeHeader(TOPIC));
  stream.write(encodeFrame({ type: 'join', data: undefined }));
  await swarm.clock.advance(50);
  await say(node, 'asked for');
  await swarm.clock.advance(50);
  const [id] = payloads;
  expect(payloads).toHaveLength(1); // pushed
  if (id === undefined) throw new Error('nothing was pushed');
  const ask = async (times: number) => {
    for (let i = 0; i < times; i++) {
      stream.write(encodeFrame({ type: 'graft', id, round: 1 }));
      await swarm.clock.advance(90);
    }
  };
  await ask(10);
  expect(payloads).toHaveLength(2);
  await swarm.clock.advance(200);
  await ask(10);
  expect(payloads).toHaveLength(3);
  await swarm.close();
});
