// @ts-check
// Q1: how fast is one QUIC stream in bulk, on loopback, both ends in this process?
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Endpoint, SecretKey } from '@grapevine/net/quic';
import quiche from '@matrixai/quic/native/quiche.js';
import { internal } from './lib/internals.mjs';
import { interleaved, timed } from './lib/measure.mjs';
import { startClasses } from './lib/quic-classes.mjs';

const { certificatePem } = await internal('packages/net/src/quic/certificate.ts');
const DATAGRAM = 1350;
const OURS_BYTES = 32e6;
const CLASSES_BYTES = 1e6;
const DGRAM_BYTES = 32e6;
const chunk = new Uint8Array(65_536);

async function ours() {
  const options = { address: '127.0.0.1:0', alpns: ['bench'], maxDatagramSize: DATAGRAM };
  const [client, server] = await Promise.all([Endpoint.bind(options), Endpoint.bind(options)]);
  const accepting = (async () => {
    for await (const incoming of server.accept()) return incoming.accept();
    throw new Error('closed');
  })();
  const [dialed, accepted] = await Promise.all([client.connect(server.addr(), 'bench'), accepting]);
  const sample = await timed(async () => {
    const send = await dialed.openUni();
    const reading = (async () => {
      let got = 0;
      for await (const stream of accepted.acceptUni()) {
        for (let bytes = await stream.read(); bytes; bytes = await stream.read()) got += bytes.length;
        return got;
      }
      return got;
    })();
    for (let sent = 0; sent < OURS_BYTES; sent += chunk.length) if (!send.write(chunk)) await send.drained;
    send.finish();
    return reading;
  });
  await Promise.all([client.close(), server.close()]);
  return sample;
}

async function classes() {
  /** @type {(stream: any) => void} */
  let arrived = () => {};
  const stream = new Promise((resolve) => {
    arrived = resolve;
  });
  const peer = await startClasses((one) => arrived(one));
  const client = await peer.dial();
  const sample = await timed(async () => {
    const sending = client.connection.newStream();
    const writer = sending.writable.getWriter();
    const reading = (async () => {
      let got = 0;
      for await (const bytes of (await stream).readable) got += bytes.length;
      return got;
    })();
    for (let sent = 0; sent < CLASSES_BYTES; sent += chunk.length) await writer.write(chunk);
    await writer.close();
    return reading;
  });
  await client.destroy({ force: true }).catch(() => {});
  await peer.close();
  return sample;
}

/**
 * The native module alone: the same calls from one connection to the other, without sockets, event loop or driver.
 * No driver on this binding can be faster than it, nor than bare dgram.
 */
async function native() {
  const config = () => {
    const key = SecretKey.generate();
    const pems = [Buffer.from(key.toPem()), Buffer.from(certificatePem(key))];
    const made = quiche.Config.withBoringSslCtx(true, true, null, pems.slice(0, 1), pems.slice(1), 'ed25519');
    made.setApplicationProtos(['bench']);
    made.setInitialMaxData(16 << 20);
    made.setInitialMaxStreamDataUni(1 << 20);
    made.setInitialMaxStreamsUni(16);
    made.setMaxSendUdpPayloadSize(DATAGRAM);
    made.enablePacing(false);
    return made;
  };
  const [a, b] = [
    { host: '127.0.0.1', port: 1 },
    { host: '127.0.0.1', port: 2 },
  ];
  const client = quiche.Connection.connect(null, Buffer.alloc(16, 1), a, b, config());
  const server = quiche.Connection.accept(Buffer.alloc(16, 2), null, b, a, config());
  const buffer = Buffer.alloc(DATAGRAM);
  const readBuffer = Buffer.alloc(65_536);
  /** @param {typeof client} from @param {typeof client} to @param {any} info */
  const flush = (from, to, info) => {
    let sent = from.send(buffer);
    for (let i = 0; sent && i < 64; i++) {
      to.recv(Buffer.from(buffer.subarray(0, sent[0])), info);
      sent = i < 63 ? from.send(buffer) : null;
    }
  };
  const both = () => {
    flush(client, server, { from: a, to: b });
    flush(server, client, { from: b, to: a });
  };
  while (!client.isEstablished() || !server.isEstablished()) both();
  return timed(async () => {
    let got = 0;
    while (got < OURS_BYTES) {
      while (client.streamSend(2, chunk, false) === chunk.length);
      both();
      while (server.streamReadable(2)) got += server.streamRecv(2, readBuffer)?.[0] ?? 0;
    }
    return got;
  });
}

/** Datagrams of the same size without any protocol. No more are under way than the socket's buffer holds. */
async function dgram() {
  const lookup = /** @type {any} */ (
    (/** @type {string} */ host, /** @type {any} */ _, /** @type {any} */ done) => done(null, host)
  );
  const [from, to] = [createSocket({ type: 'udp4', lookup }), createSocket({ type: 'udp4', lookup })];
  for (const socket of [from, to]) {
    const listening = once(socket, 'listening'); // with literal addresses it may happen within bind()
    socket.bind(0, '127.0.0.1');
    await listening;
    socket.setRecvBufferSize(4 << 20);
    socket.setSendBufferSize(4 << 20);
  }
  const { port } = to.address();
  const datagram = Buffer.alloc(DATAGRAM);
  const count = Math.ceil(DGRAM_BYTES / DATAGRAM);
  const sample = await timed(
    () =>
      new Promise((resolve) => {
        let sent = 0;
        let got = 0;
        to.on('message', (message) => {
          got += message.length;
          if (got === count * DATAGRAM) resolve(got);
        });
        const batch = () => {
          for (let i = 0; i < 64 && sent < count && sent * DATAGRAM - got < 1 << 20; i++, sent++) {
            from.send(datagram, port, '127.0.0.1');
          }
          if (sent < count) setImmediate(batch);
        };
        batch();
      }),
  );
  from.close();
  to.close();
  return sample;
}

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'Q1',
  question: 'one QUIC stream in bulk',
  unit: 'MB/s',
  cpuUnit: 'µs CPU per kB',
  target: '>= 25x the classes of @matrixai/quic; >= 45 % of bare dgram at the same datagram size',
  run: async () => {
    const result = await interleaved(5, {
      ours,
      '@matrixai/quic classes': classes,
      'bare dgram': dgram,
      'quiche without sockets': native,
    });
    return Object.entries(result).map(([name, { perSecond, cpuPerWorkUs }]) => ({
      name,
      value: perSecond / 1e6,
      cpu: cpuPerWorkUs * 1000,
    }));
  },
  meets: (ratios) => Number(ratios['@matrixai/quic classes']) >= 25 && Number(ratios['bare dgram']) >= 0.45,
};
