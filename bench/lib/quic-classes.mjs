// @ts-check
// The contender: the classes of @matrixai/quic (QUICServer, QUICClient, QUICStream), set up as their README does.
import { createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';
import { SecretKey } from '@grapevine/net';
import Logger, { LogLevel } from '@matrixai/logger';
import { events, QUICClient, QUICServer, QUICSocket } from '@matrixai/quic';
import { internal } from './internals.mjs';

const { certificatePem } = await internal('packages/net/src/quic/certificate.ts');
const logger = new Logger('bench', LogLevel.SILENT, []);

const credentials = () => {
  const key = SecretKey.generate();
  return { key: key.toPem(), cert: certificatePem(key) };
};

const config = () => ({
  ...credentials(),
  verifyPeer: true,
  verifyCallback: async () => undefined,
  maxIdleTimeout: 30_000,
});

const serverOps = {
  sign: async (/** @type {ArrayBuffer} */ key, /** @type {ArrayBuffer} */ data) => {
    const mac = createHmac('sha256', Buffer.from(key)).update(Buffer.from(data)).digest();
    return mac.buffer.slice(mac.byteOffset, mac.byteOffset + mac.byteLength);
  },
  verify: async (
    /** @type {ArrayBuffer} */ key,
    /** @type {ArrayBuffer} */ data,
    /** @type {ArrayBuffer} */ signature,
  ) =>
    timingSafeEqual(createHmac('sha256', Buffer.from(key)).update(Buffer.from(data)).digest(), Buffer.from(signature)),
};
const clientOps = {
  randomBytes: async (/** @type {ArrayBuffer} */ data) => {
    randomFillSync(new Uint8Array(data));
  },
};

/**
 * A server that hands every stream to a callback, and a client socket that dials it.
 * @param {(stream: any) => void} onStream
 */
export async function startClasses(onStream) {
  const server = /** @type {any} */ (
    new QUICServer({
      crypto: { key: new ArrayBuffer(32), ops: /** @type {any} */ (serverOps) },
      config: /** @type {any} */ (config()),
      logger,
    })
  );
  server.addEventListener(events.EventQUICConnectionStream.name, (/** @type {any} */ event) => onStream(event.detail));
  await server.start({ host: '127.0.0.1', port: 0 });
  const socket = new QUICSocket({ logger });
  await socket.start({ host: '127.0.0.1', port: 0 });
  const clientConfig = config();
  return {
    /** @returns {Promise<any>} */
    dial: () =>
      QUICClient.createQUICClient({
        host: '127.0.0.1',
        port: server.port,
        socket,
        crypto: { ops: /** @type {any} */ (clientOps) },
        config: /** @type {any} */ (clientConfig),
        logger,
      }),
    close: async () => {
      await socket.stop({ force: true }).catch(() => {});
      await server.stop({ force: true }).catch(() => {});
    },
  };
}
