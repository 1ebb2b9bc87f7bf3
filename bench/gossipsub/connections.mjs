// @ts-check
// How much memory does an idle connection of libp2p take? Both ends are in this process. Prints bytes for one end, as JSON.
import { multiaddr } from '@multiformats/multiaddr';
import { held } from '../lib/memory.mjs';
import { answer, programOptions } from '../lib/program.mjs';
import { portOf, startNode } from './node.mjs';

/** @type {{ connections: number }} */
const { connections } = programOptions();
const [a, b] = [await startNode({ signed: false }), await startNode({ signed: false })];
const to = multiaddr(`/ip4/127.0.0.1/tcp/${portOf(b)}/p2p/${b.peerId}`);
const connect = () => a.dial(to, { force: true });
for (let i = 0; i < 20; i++) await connect();
const before = await held();
const standing = a.getConnections().length;
for (let i = 0; i < connections; i++) await connect();
const after = await held();
const more = a.getConnections().length - standing;
answer({ js: (after.js - before.js) / more / 2, resident: (after.resident - before.resident) / more / 2 });
