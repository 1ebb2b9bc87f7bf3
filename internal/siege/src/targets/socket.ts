// A UDP socket that reads datagrams and looks at none of them: what receiving costs, whatever is done about it.
import dgram from 'node:dgram';
import { once } from 'node:events';
import type { EndpointAddr } from '@grapevine/net';
import type { TargetAddr, TargetReport } from '../messages.js';
import { inventedId } from '../raw-peer.js';
import { SelfReport } from './report.js';

const self = new SelfReport();
const socket = dgram.createSocket('udp4');
socket.on('message', () => {});
socket.bind(0, '127.0.0.1');
await once(socket, 'listening');
socket.setRecvBufferSize(4 << 20);

process.on('message', () => {
  void self.take().then((taken) => process.send?.({ ...taken, lateness: [], refused: {} } satisfies TargetReport));
});
const addr = { host: '127.0.0.1', port: socket.address().port };
const node: EndpointAddr = { id: inventedId(1), addrs: [{ type: 'ip', addr }] };
const nothing = { addr, certificateHash: new Uint8Array(32) };
process.send?.({ node, socket: addr, web: nothing, rpc: nothing } satisfies TargetAddr);
