// @ts-check
// Q1: how fast is one QUIC stream in bulk, on loopback, both ends in this process?
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Endpoint } from '@grapevine/net/quic';
import { interleaved, timed } from './lib/measure.mjs';
import { startClasses } from './lib/quic-classes.mjs';

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

/** The ceiling: datagrams of the same size without any protocol, never more under way than the socket's buffer holds. */
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
    const result = await interleaved(5, { ours, '@matrixai/quic classes': classes, 'bare dgram': dgram });
    return Object.entries(result).map(([name, { perSecond, cpuPerWorkUs }]) => ({
      name,
      value: perSecond / 1e6,
      cpu: cpuPerWorkUs * 1000,
    }));
  },
  meets: (ratios) => Number(ratios['@matrixai/quic classes']) >= 25 && Number(ratios['bare dgram']) >= 0.45,
};
