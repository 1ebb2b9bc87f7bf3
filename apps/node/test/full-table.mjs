// Preloaded into a node (NODE_OPTIONS=--import): when it binds its first UDP socket, it has as many files open as it may.
import { execFileSync } from 'node:child_process';
import dgram from 'node:dgram';
import { openSync } from 'node:fs';

execFileSync('prlimit', ['--pid', `${process.pid}`, '--nofile=256:256']);
const { bind } = dgram.Socket.prototype;
dgram.Socket.prototype.bind = function (...args) {
  try {
    for (;;) openSync('/dev/null');
  } catch {
    return bind.apply(this, args);
  }
};
