// Preloaded into a node (NODE_OPTIONS=--import): SIGUSR2 is the operating system that takes its first UDP socket away.
import dgram from 'node:dgram';
import { syncBuiltinESMExports } from 'node:module';

const { createSocket } = dgram;
const sockets = [];
dgram.createSocket = (...args) => {
  const socket = createSocket(...args);
  sockets.push(socket);
  return socket;
};
syncBuiltinESMExports();
process.on('SIGUSR2', () => {
  sockets[0]?.emit('error', Object.assign(new Error('recvmsg ENETDOWN'), { code: 'ENETDOWN', syscall: 'recvmsg' }));
});
