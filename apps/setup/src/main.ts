// The smallest complete program: two nodes meet, talk, and shut down.
import { Gossip, topicIdFrom } from '@grapevine/api';

const alice = await Gossip.bind(); // a node: fresh identity, every interface, a port that the system chooses
const bob = await Gossip.bind();

const room = topicIdFrom('my-room');
const hers = await alice.subscribe(room);
const his = await bob.subscribe(alice.roomTicket(room)); // a text, which a person can send to a friend
await his.joined({ signal: AbortSignal.timeout(10_000) });

await his.broadcast('hello from bob');
for await (const { content } of hers.messages()) {
  console.log(`alice heard: ${new TextDecoder().decode(content)}`);
  break;
}
await Promise.all([alice.shutdown(), bob.shutdown()]);
