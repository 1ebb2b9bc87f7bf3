// @ts-check
// How much memory does an idle connection take, ours or quiche's alone? Both ends are in this process. Prints bytes for one end, as JSON.
import { Endpoint, SecretKey } from '@grapevine/net/quic';
import quiche from '@matrixai/quic/native/quiche.js';
import { internal } from '../lib/internals.mjs';
import { held } from '../lib/memory.mjs';
import { answer, programOptions } from '../lib/program.mjs';

/** @type {{ kind: 'ours' | 'native', connections: number }} */
const { kind, connections } = programOptions();
/** Kept from being collected. @type {unknown[]} */
const kept = [];

async function ours() {
  const options = { address: '127.0.0.1:0', alpns: ['bench'], keepAliveMs: 0, idleTimeoutMs: 600_000 };
  const [client, server] = await Promise.all([Endpoint.bind(options), Endpoint.bind(options)]);
  void (async () => {
    for await (const incoming of server.accept()) kept.push(await incoming.accept());
  })();
  return async () => void kept.push(await client.connect(server.addr(), 'bench'));
}

/** The same handshake with the native module alone. */
async function native() {
  const { certificatePem } = await internal('packages/net/src/quic/certificate.ts');
  const key = SecretKey.generate();
  const pems = [Buffer.from(key.toPem()), Buffer.from(certificatePem(key))];
  const config = quiche.Config.withBoringSslCtx(true, true, null, pems.slice(0, 1), pems.slice(1), 'ed25519');
  config.setApplicationProtos(['bench']);
  config.setInitialMaxData(16 << 20);
  config.setInitialMaxStreamsUni(16);
  config.setMaxIdleTimeout(600_000);
  const [a, b] = [
    { host: '127.0.0.1', port: 1 },
    { host: '127.0.0.1', port: 2 },
  ];
  const buffer = Buffer.alloc(1350);
  let id = 0;
  return async () => {
    const name = Buffer.alloc(16);
    name.writeUInt32BE(++id);
    const client = quiche.Connection.connect(null, Buffer.from(name), a, b, config);
    name[8] = 1;
    const server = quiche.Connection.accept(Buffer.from(name), null, b, a, config);
    const pass = (/** @type {typeof client} */ from, /** @type {typeof client} */ to, /** @type {any} */ info) => {
      for (let sent = from.send(buffer); sent; sent = from.send(buffer))
        to.recv(Buffer.from(buffer.subarray(0, sent[0])), info);
    };
    for (let i = 0; i < 4; i++) {
      pass(client, server, { from: a, to: b });
      pass(server, client, { from: b, to: a });
    }
    if (!client.isEstablished() || !server.isEstablished()) throw new Error('no handshake');
    kept.push(client, server);
  };
}

const connect = kind === 'ours' ? await ours() : await native();
for (let i = 0; i < 20; i++) await connect(); // the first ones load code and buffers that all share
const before = await held();
for (let i = 0; i < connections; i++) await connect();
const after = await held();
answer({
  js: (after.js - before.js) / connections / 2,
  resident: (after.resident - before.resident) / connections / 2,
});
