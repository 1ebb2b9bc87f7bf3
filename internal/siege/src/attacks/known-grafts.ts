import { namedIdSchema } from '@grapevine/net';
import { decode } from '@grapevine/postcard';
import { type MessageId, messageCodec } from '@grapevine/proto';
import type { Attack } from '../attack.js';
import { FrameCutter } from '../frame-cutter.js';
import { message, type RawPeer } from '../raw-peer.js';

const codec = messageCodec(namedIdSchema);
/** Ids that it goes on asking for. */
const KEPT = 100;

/** Asks for payloads that it has got, over and over (X10). */
export const knownGrafts: Attack = {
  name: 'known-grafts',
  what: 'a neighbor grafts payloads that it has got, thousands of times',
  standing: 'neighbor',
  async run({ connect, topic, signal, pause }) {
    const peer = await connect();
    const stream = await peer.join(topic);
    const ids: MessageId[] = [];
    void listen(peer, (id) => {
      if (ids.push(id) > KEPT) ids.shift();
    });
    while (!signal.aborted) {
      const grafts = ids.map((id) => message({ type: 'graft', id, round: 0 }));
      if (!(await peer.write(stream, Buffer.concat(grafts)))) return;
      await pause(20);
    }
  },
};

async function listen({ connection }: RawPeer, onId: (id: MessageId) => void): Promise<void> {
  for await (const stream of connection.acceptUni()) {
    void (async () => {
      const cutter = new FrameCutter();
      for (let chunk = await stream.read(); chunk; chunk = await stream.read()) {
        for (const body of cutter.push(chunk)) {
          if (body.length <= 32) continue; // the stream's header
          const { type, ...rest } = decode(codec, body);
          if (type === 'gossip' && 'id' in rest && rest.id) onId(rest.id as MessageId);
        }
      }
    })().catch(() => {}); // the stream is over
  }
}
