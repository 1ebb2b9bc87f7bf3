import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { SocketAddr } from '../../src/address/socket-addr.js';
import { type NativeConfig, quiche } from '../../src/quic/binding.js';
import { der } from '../../src/quic/certificate.js';
import { NativeConnection, rawConnection } from '../../src/quic/native-connection.js';
import { CID_LENGTH, parseLongHeader } from '../../src/quic/packet-header.js';
import { ALPN, udp } from './helpers.js';

/** Peers on the bare binding, which do what our driver never does. */

export interface Credentials {
  readonly key: string;
  readonly certificate: string;
}

const hex = (text: string) => Buffer.from(text, 'hex');
const SHA256_WITH_RSA = hex('300d06092a864886f70d01010b0500');
const ECDSA_WITH_SHA256 = hex('300a06082a8648ce3d040302');

/** Makes a self-signed certificate for any key. */
export function selfSigned(publicKey: KeyObject, privateKey: KeyObject, algorithm: Uint8Array): Buffer {
  const ascii = (value: string) => Buffer.from(value);
  const name = der(0x30, der(0x31, der(0x30, hex('0603550403'), der(0x0c, ascii('test')))));
  const validity = der(0x30, der(0x17, ascii('200101000000Z')), der(0x17, ascii('400101000000Z')));
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const version = der(0xa0, der(0x02, Uint8Array.of(2)));
  const toBeSigned = der(0x30, version, der(0x02, Uint8Array.of(1)), algorithm, name, validity, name, spki);
  const signature = sign(privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256', toBeSigned, privateKey);
  return Buffer.from(der(0x30, toBeSigned, algorithm, der(0x03, Uint8Array.of(0), signature)));
}

export function pem(certificate: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

export function rsaCredentials(): Credentials {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return credentials(privateKey, selfSigned(publicKey, privateKey, SHA256_WITH_RSA));
}

export function ecdsaCredentials(): Credentials {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return credentials(privateKey, selfSigned(publicKey, privateKey, ECDSA_WITH_SHA256));
}

function credentials(privateKey: KeyObject, certificate: Buffer): Credentials {
  return { key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, certificate: pem(certificate) };
}

const SIGNATURES = 'ed25519:ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256';

export function rawConfig(own?: Credentials, alpn = ALPN): NativeConfig {
  const key = own ? [Buffer.from(own.key)] : null;
  const certificate = own ? [Buffer.from(own.certificate)] : null;
  const config = quiche.Config.withBoringSslCtx(false, true, null, key, certificate, SIGNATURES);
  config.setApplicationProtos([alpn]);
  config.setMaxIdleTimeout(2000);
  config.setInitialMaxData(1e6);
  config.setInitialMaxStreamDataUni(1e5);
  config.setInitialMaxStreamDataBidiLocal(1e5);
  config.setInitialMaxStreamDataBidiRemote(1e5);
  config.setInitialMaxStreamsUni(100);
  config.setInitialMaxStreamsBidi(100);
  return config;
}

/** How a raw connection ended: with the transport error that the other side sent, or not at all. */
export interface RawOutcome {
  readonly established: boolean;
  readonly errorCode: number | undefined;
}

/** Dials with any configuration, and sends stream data as soon as it may. @returns how the connection ended */
export async function rawDial(config: NativeConfig, target: SocketAddr): Promise<RawOutcome> {
  const socket = await udp();
  const local = { host: '127.0.0.1', port: socket.address().port };
  const native = new NativeConnection(
    rawConnection.connect(null, randomBytes(CID_LENGTH), local, { ...target }, config),
  );
  const buffer = Buffer.alloc(1500);
  let established = false;
  const flush = () => {
    for (let n = native.send(buffer); n > 0; n = native.send(buffer)) {
      socket.send(Buffer.from(buffer.subarray(0, n)), target.port, target.host);
    }
  };
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      native.onTimeout();
      flush();
      end();
    }, 20);
    const end = () => {
      if (!native.isDraining() && !native.isClosed()) return;
      clearInterval(timer);
      resolve({ established, errorCode: (native.peerError() ?? native.localError())?.errorCode });
    };
    socket.on('message', (datagram, from) => {
      native.recv(datagram, { from: { host: from.address, port: from.port }, to: local });
      if (native.isEstablished() && !established) {
        established = true;
        native.streamSend(2, Buffer.from('too early'), true);
      }
      flush();
      end();
    });
    flush();
  });
}

/** Answers dials with any configuration. @returns its address */
export async function rawServe(config: NativeConfig): Promise<SocketAddr> {
  const socket = await udp();
  const local = { host: '127.0.0.1', port: socket.address().port };
  const buffer = Buffer.alloc(1500);
  let native: NativeConnection | undefined;
  socket.on('message', (datagram, { address, port }) => {
    const from = { host: address, port };
    if (!native) {
      if (!parseLongHeader(datagram)) return;
      native = new NativeConnection(rawConnection.accept(randomBytes(CID_LENGTH), null, local, from, config));
    }
    native.recv(datagram, { from, to: local });
    for (let n = native.send(buffer); n > 0; n = native.send(buffer)) {
      socket.send(Buffer.from(buffer.subarray(0, n)), port, address);
    }
  });
  return local;
}
