// A hub in a process of its own, so that it can be killed: joins the members that it is told of, and says where tabs and members find it.
import { topicIdFrom } from '@grapevine/api';
import { formatTicket, parseTicket } from '@grapevine/net';
import { Hub } from '../../dist/index.js';

const [name, ...members] = process.argv.slice(2);
const hub = await Hub.start({
  topic: topicIdFrom(name),
  address: '127.0.0.1:0',
  webAddress: '127.0.0.1:0',
  bootstrap: members.map(parseTicket),
});
process.send?.({ member: formatTicket(hub.addr), web: formatTicket(hub.webAddr) });
process.on('disconnect', () => process.exit());
