// @ts-check
// I1: how fast does one iroh stream carry bulk data, and what does it cost to write small messages through the binding?
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { IrohEndpoint } from '@grapevine/iroh';
import { interleaved, timed } from './lib/measure.mjs';

const ALPN = 'bench';
/** The length of one write: a usual gossip message. */
const MESSAGE_BYTES = 1024;
const MEGABYTES = 8;
const MESSAGES = (MEGABYTES * 1_000_000) / MESSAGE_BYTES;
const READ_BYTES = 65_536;

const message = new Uint8Array(MESSAGE_BYTES).map((_, i) => i);

/** Two connected endpoints. */
async function pair() {
  const bind = () => IrohEndpoint.bind({ preset: 'minimal', address: '127.0.0.1:0', alpns: [ALPN] });
  const [a, b] = await Promise.all([bind(), bind()]);
  return { a, b, close: () => Promise.all([a.close(), b.close()]) };
}

async function ours() {
  const { a, b, close } = await pair();
  const accepting = b.accept()[Symbol.asyncIterator]().next();
  const dialing = a.connect(b.addr(), ALPN);
  const there = await (await accepting).value.accept();
  const here = await dialing;
  const sample = await timed(async () => {
    const stream = await here.openUni();
    const sending = (async () => {
      for (let i = 0; i < MESSAGES; i++) if (!stream.write(message)) await stream.drained;
      stream.finish();
    })();
    const { value: received } = await there.acceptUni()[Symbol.asyncIterator]().next();
    let bytes = 0;
    for (let chunk = await received.read(); chunk; chunk = await received.read()) bytes += chunk.length;
    await sending;
    return bytes / 1e6;
  });
  await close();
  return sample;
}

/** The simplest use of the binding: a call for each message, `Array.from`, and reads of the same size. */
async function naive() {
  const { a, b, close } = await pair();
  const accepting = b.native.acceptNext().then(async (incoming) => (await incoming?.accept())?.connect());
  const here = await a.native.connect(b.native.addr(), [...Buffer.from(ALPN)]);
  const there = await accepting;
  const sample = await timed(async () => {
    const stream = await here.openUni();
    const sending = (async () => {
      for (let i = 0; i < MESSAGES; i++) await stream.writeAll(Array.from(message));
      await stream.finish();
    })();
    const received = await there?.acceptUni();
    let bytes = 0;
    for (;;) {
      const numbers = await received?.read(MESSAGE_BYTES);
      if (!numbers?.length) break;
      bytes += Uint8Array.from(numbers).length;
    }
    await sending;
    return bytes / 1e6;
  });
  await close();
  return sample;
}

/** The best that the binding can do: a full batch that is made once, and large reads that are not converted. */
async function binding() {
  const { a, b, close } = await pair();
  const accepting = b.native.acceptNext().then(async (incoming) => (await incoming?.accept())?.connect());
  const here = await a.native.connect(b.native.addr(), [...Buffer.from(ALPN)]);
  const there = await accepting;
  const batch = Array.from({ length: READ_BYTES }, (_, i) => i & 255);
  const sample = await timed(async () => {
    const stream = await here.openUni();
    const sending = (async () => {
      for (let i = 0; i < (MEGABYTES * 1e6) / READ_BYTES; i++) await stream.writeAll(batch);
      await stream.finish();
    })();
    const received = await there?.acceptUni();
    let bytes = 0;
    for (let length = 1; length > 0; bytes += length) length = (await received?.read(READ_BYTES))?.length ?? 0;
    await sending;
    return bytes / 1e6;
  });
  await close();
  return sample;
}

/** Node's own: a TCP connection, without encryption. */
async function tcp() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const accepting = once(server, 'connection');
  const here = createConnection(port, '127.0.0.1');
  const [there] = await accepting;
  const sample = await timed(async () => {
    const sending = (async () => {
      for (let i = 0; i < MESSAGES; i++) if (!here.write(message)) await once(here, 'drain');
      here.end();
    })();
    let bytes = 0;
    for await (const chunk of there) bytes += chunk.length;
    await sending;
    return bytes / 1e6;
  });
  server.close();
  return sample;
}

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'I1',
  question: 'one iroh stream in bulk, written in messages of 1,024 bytes',
  unit: 'MB/s',
  cpuUnit: 'ms CPU per MB',
  // The binding turns every byte into a number and back, which costs more than its calls: it alone is 1.4x a call per message.
  target: '>= 1.1x a call per message, >= 0.7x the binding alone',
  run: async () => {
    const result = await interleaved(5, {
      ours,
      'a call of the binding per message': naive,
      'the binding alone': binding,
      'TCP of Node, not encrypted': tcp,
    });
    return Object.entries(result).map(([name, { perSecond, cpuPerWorkUs }]) => ({
      name,
      value: perSecond,
      cpu: cpuPerWorkUs / 1000,
    }));
  },
  meets: (ratios) =>
    Number(ratios['a call of the binding per message']) >= 1.1 && Number(ratios['the binding alone']) >= 0.7,
};
