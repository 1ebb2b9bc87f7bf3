import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { directAddrs, type EndpointAddr } from '../../src/address/endpoint-addr.js';
import type { SocketAddr } from '../../src/address/socket-addr.js';
import { type FaultySocket, faultySocket } from '../../src/quic/faulty-socket.js';
import { Endpoint, type EndpointOptions } from '../../src/quic/index.js';
import type { Connection, Incoming, RecvStream } from '../../src/transport/seam.js';

export const ALPN = '/grapevine-test/1';

/** Endpoints that the current test made; `closeAll` frees them. */
const open: AsyncDisposable[] = [];

export async function closeAll(): Promise<void> {
  for (const thing of open.splice(0).reverse()) await thing[Symbol.asyncDispose]();
}

export function track<T extends AsyncDisposable>(thing: T): T {
  open.push(thing);
  return thing;
}

export async function bind(options: EndpointOptions = {}): Promise<Endpoint> {
  return track(await Endpoint.bind({ address: '127.0.0.1:0', alpns: [ALPN], ...options }));
}

/** The first address of an endpoint. */
export function where(endpoint: Endpoint): SocketAddr {
  return directAddrs(endpoint.addr())[0] as SocketAddr;
}

/** An endpoint's id at another address. */
export function at(endpoint: Endpoint, addr: SocketAddr): EndpointAddr {
  return { id: endpoint.id, addrs: [{ type: 'ip', addr }] };
}

/** The next incoming handshake, complete or not. */
export async function nextIncoming(endpoint: Endpoint): Promise<Incoming> {
  const { value, done } = await endpoint.accept()[Symbol.asyncIterator]().next();
  if (done) throw new Error('the endpoint closed');
  return value as Incoming;
}

export async function acceptOne(endpoint: Endpoint): Promise<Connection> {
  return (await nextIncoming(endpoint)).accept();
}

export interface Pair {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly dialed: Connection;
  readonly accepted: Connection;
}

/** Two endpoints with a connection between them. */
export async function pair(clientOptions: EndpointOptions = {}, serverOptions: EndpointOptions = {}): Promise<Pair> {
  const [client, server] = await Promise.all([bind(clientOptions), bind(serverOptions)]);
  const [dialed, accepted] = await Promise.all([client.connect(server.addr(), ALPN), acceptOne(server)]);
  return { client, server, dialed, accepted };
}

export async function readAll(stream: RecvStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await stream.read(); chunk; chunk = await stream.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function first<T>(streams: AsyncIterable<T>): Promise<T> {
  const { value, done } = await streams[Symbol.asyncIterator]().next();
  if (done) throw new Error('no more streams');
  return value as T;
}

export const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();
export const bytes = (content: string): Uint8Array => Buffer.from(content);

/** Bytes that are easy to check, and repeat only after a long time. */
export function pattern(length: number, seed = 1): Uint8Array {
  const out = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out[i] = state >>> 24;
  }
  return out;
}

/** Waits for a condition; the test's own time-out is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** One message there and back: the connection works. */
export async function roundTrip(from: Connection, to: Connection, message = 'hello'): Promise<void> {
  const bi = await from.openBi();
  bi.send.write(bytes(message));
  bi.send.finish();
  const other = await first(to.acceptBi());
  other.send.write(await readAll(other.recv));
  other.send.finish();
  const back = text(await readAll(bi.recv));
  if (back !== message) throw new Error(`sent ${message}, got back ${back}`);
}

/** A plain UDP socket, closed by `closeAll`. */
export async function udp(host = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  track({ [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(() => resolve())) });
  return socket;
}

export async function sendUdp(socket: Socket, datagram: Uint8Array, to: SocketAddr): Promise<void> {
  await new Promise<void>((resolve) => socket.send(datagram, to.port, to.host, () => resolve()));
}

/** Initial datagrams of a real client, one for each of its dials. */
export async function captureInitials(count: number): Promise<Uint8Array[]> {
  const captured: Uint8Array[] = [];
  let tap: FaultySocket | undefined;
  const client = await bind({
    handshakeTimeoutMs: 60_000,
    socket: () => {
      tap = faultySocket({ seed: 1, loss: 1 });
      tap.onSend = (datagram) => captured.push(Uint8Array.from(datagram));
      return tap;
    },
  });
  const silent = await udp();
  const nobody = await bind();
  const addrs = [{ type: 'ip' as const, addr: { host: '127.0.0.1', port: silent.address().port } }];
  const dials = Array.from({ length: count }, () => client.connect({ id: nobody.id, addrs }, ALPN).catch(() => {}));
  await until(() => captured.length >= count);
  await client.close();
  await Promise.all(dials);
  return captured.slice(0, count);
}

/** Accepts every dial, and serves it. */
export function serve(server: Endpoint): void {
  void (async () => {
    for await (const incoming of server.accept()) void incoming.accept().catch(() => {});
  })();
}
