import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SocketAddr } from '../../../src/address/socket-addr.js';
import { SecretKey } from '../../../src/identity/secret-key.js';
import { quiche, type RawConnection } from '../../../src/quic/binding.js';
import { certificatePem } from '../../../src/quic/certificate.js';
import { NativeConnection, rawConnection } from '../../../src/quic/native-connection.js';
import { CID_LENGTH, isLongForm } from '../../../src/quic/packet-header.js';
import { type SeenFrame, seenFrames } from './frames.js';
import { type Keys, keysOf, open, type Suite, seal } from './protection.js';

/** Higher than any packet number that quiche has used in the handshake. */
const FIRST_NUMBER = 1_000;
const SUITES: readonly Suite[] = ['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'];

/** What the binding can do, and the driver must not. */
type KeyLogging = RawConnection & { setKeylog(path: string): void };

/** How to be hostile. */
export interface HostileOptions {
  readonly alpn: string;
  readonly secretKey?: SecretKey;
  /** Where its socket is bound. Default 127.0.0.1. */
  readonly host?: string;
}

/**
 * A client that does an honest handshake with quiche, and makes its 1-RTT packets by itself from then on.
 *
 * Its keys come from quiche's key log. After the handshake it sends what the attack sends, and no acknowledgements or answers besides.
 */
export class HostileClient implements AsyncDisposable {
  /** The frames that the server has sent since then, in order. */
  readonly seen: SeenFrame[] = [];
  /** Bytes that have come from the server since then, and bytes that were sent to it. */
  received = 0;
  sent = 0;
  readonly #socket: Socket;
  readonly #server: SocketAddr;
  readonly #keys: { readonly ours: Keys; readonly theirs: Keys };
  readonly #dcid: Uint8Array;
  #number = FIRST_NUMBER;

  private constructor(socket: Socket, server: SocketAddr, keys: { ours: Keys; theirs: Keys }, dcid: Uint8Array) {
    this.#socket = socket;
    this.#server = server;
    this.#keys = keys;
    this.#dcid = dcid;
    socket.on('message', (datagram) => {
      this.received += datagram.length;
      const opened = isLongForm(datagram) ? undefined : open(this.#keys.theirs, datagram, CID_LENGTH);
      if (opened) this.seen.push(...seenFrames(opened.payload));
    });
  }

  /** Dials, and waits until the server has accepted. */
  static async connect(server: SocketAddr, options: HostileOptions): Promise<HostileClient> {
    const { alpn, secretKey = SecretKey.generate(), host = '127.0.0.1' } = options;
    const socket = createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    socket.setRecvBufferSize(4 << 20);
    socket.setSendBufferSize(4 << 20);
    let log: number | undefined;
    try {
      const local = { host, port: socket.address().port };
      const raw = rawConnection.connect(
        null,
        randomBytes(CID_LENGTH),
        local,
        { ...server },
        clientConfig(alpn, secretKey),
      );
      log = logKeys(raw as KeyLogging);
      const last = await shakeHands(raw, socket, server, local);
      const secrets = readFileSync(log, 'utf8');
      return new HostileClient(socket, server, keysFrom(secrets, last), raw.destinationId());
    } catch (error) {
      socket.close();
      throw error;
    } finally {
      if (log !== undefined) closeSync(log);
    }
  }

  /** The number of the next packet. */
  get nextNumber(): number {
    return this.#number;
  }

  /** A sealed 1-RTT packet. @param number - used once. Default: the next one */
  packet(frames: Uint8Array, number = this.#number++): Buffer {
    const header = Buffer.concat([Uint8Array.of(0x43), this.#dcid]);
    return seal(this.#keys.ours, header, number, frames);
  }

  /** Sends a 1-RTT packet with these frames. */
  send(...frames: readonly Uint8Array[]): void {
    this.sendRaw(this.packet(Buffer.concat(frames)));
  }

  /** Sends a datagram as it is. @param from - another socket to send it from, as if its source were spoofed */
  sendRaw(datagram: Uint8Array, from: Socket = this.#socket): void {
    this.sent += datagram.length;
    from.send(datagram, this.#server.port, this.#server.host);
  }

  /** Resolves when everything that was sent so far has left, and the server had a turn to read some of it. */
  async flushed(): Promise<void> {
    while (this.#socket.getSendQueueCount() > 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** The code that the server closed the connection with, if it has. */
  get closeCode(): number | undefined {
    return this.seen.find((frame) => frame.type === 'close')?.code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}

/** Has a connection log its keys. The file has no name any more: attackers are often killed, and would leave it behind. @returns the file to read */
function logKeys(raw: KeyLogging): number {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  const path = join(folder, 'keys');
  raw.setKeylog(path);
  const log = openSync(path, 'r');
  rmSync(folder, { recursive: true });
  return log;
}

/** The configuration of our clients, with a key log. */
export function clientConfig(alpn: string, secretKey: SecretKey) {
  const key = [Buffer.from(secretKey.toPem())];
  const config = quiche.Config.withBoringSslCtx(
    false,
    true,
    null,
    key,
    [Buffer.from(certificatePem(secretKey))],
    'ed25519',
  );
  config.setApplicationProtos([alpn]);
  config.setMaxIdleTimeout(60_000);
  config.setInitialMaxData(1 << 30);
  config.setInitialMaxStreamDataUni(1 << 28);
  config.setInitialMaxStreamDataBidiLocal(1 << 28);
  config.setInitialMaxStreamDataBidiRemote(1 << 28);
  config.setInitialMaxStreamsUni(10_000);
  config.setInitialMaxStreamsBidi(10_000);
  (config as unknown as { logKeys(): void }).logKeys();
  return config;
}

/** @returns a 1-RTT packet of the server */
async function shakeHands(raw: RawConnection, socket: Socket, server: SocketAddr, local: SocketAddr): Promise<Buffer> {
  const native = new NativeConnection(raw);
  const buffer = Buffer.alloc(1500);
  const flush = () => {
    for (let n = native.send(buffer); n > 0; n = native.send(buffer)) {
      socket.send(Buffer.from(buffer.subarray(0, n)), server.port, server.host);
    }
  };
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      native.onTimeout();
      flush();
      if (native.isClosed() || native.isDraining()) end(() => reject(new Error('the server ended the handshake')));
    }, 20);
    const end = (settle: () => void) => {
      clearInterval(timer);
      socket.removeAllListeners('message');
      settle();
    };
    socket.on('message', (datagram, from) => {
      const isShort = !isLongForm(datagram);
      native.recv(Buffer.from(datagram), { from: { host: from.address, port: from.port }, to: local });
      flush();
      if (native.isEstablished() && isShort) end(() => resolve(datagram));
    });
    flush();
  });
}

function keysFrom(log: string, packet: Buffer): { ours: Keys; theirs: Keys } {
  const secretOf = (label: string) =>
    Buffer.from(new RegExp(`^${label} \\w+ (\\w+)$`, 'm').exec(log)?.[1] ?? '', 'hex');
  const [ours, theirs] = [secretOf('CLIENT_TRAFFIC_SECRET_0'), secretOf('SERVER_TRAFFIC_SECRET_0')];
  for (const suite of SUITES) {
    const keys = { ours: keysOf(ours, suite), theirs: keysOf(theirs, suite) };
    if (open(keys.theirs, packet, CID_LENGTH)) return keys;
  }
  throw new Error('no cipher suite opens what the server sent');
}
