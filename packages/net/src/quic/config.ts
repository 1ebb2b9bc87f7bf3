import type { SocketAddr } from '../address/socket-addr.js';
import { type NativeConfig, quiche } from './binding.js';
import { certificatePem, toPem } from './certificate.js';
import { maxDatagramSize, type ServerCertificate, type Settings, WINDOW_GROWTH } from './options.js';
import { SERVER_NAME } from './peer-check.js';

/** Configurations that are kept: programs dial a handful of protocols. */
const MAX_CONFIGS = 64;
/** Peers may use any datagram they like; UDP's own limit. */
const MAX_RECEIVED_DATAGRAM = 65_527;
/** Datagrams that quiche keeps each way; nobody reads them. */
const DATAGRAM_QUEUE = 1;

/** What certificates of other programs are signed with: ECDSA as `rcgen` and most others make them, or Ed25519 as ours. */
const SERVER_SIGNATURES = 'ed25519:ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:rsa_pss_rsae_sha256';

/**
 * Native configurations, one for each set of protocols.
 *
 * Each holds a TLS context with our key and certificate; making one costs more than a handshake should, so they are kept. Where
 * both sides prove an endpoint id, the same one serves dialed and accepted connections.
 */
export class Configs {
  readonly #settings: Settings;
  #key: Uint8Array;
  #certificate: Uint8Array;
  #signature: ServerCertificate['signature'];
  readonly #configs = new Map<string, NativeConfig>();

  constructor(settings: Settings) {
    const { secretKey, trust, server } = settings;
    this.#settings = settings;
    this.#key = Buffer.from(server?.keyPem ?? secretKey.toPem());
    const options = trust === 'identity' ? {} : { dnsName: SERVER_NAME };
    this.#certificate = Buffer.from(server ? toPem(server.certificate) : certificatePem(secretKey, options));
    this.#signature = server?.signature ?? 'ed25519';
  }

  /** Shows another certificate to peers that connect from now on. */
  showCertificate({ keyPem, certificate, signature }: ServerCertificate): void {
    this.#key = Buffer.from(keyPem);
    this.#certificate = Buffer.from(toPem(certificate));
    this.#signature = signature;
    this.#configs.clear();
  }

  /** The configuration that offers, or answers to, these protocols. @param to where the peer is */
  for(side: 'dialed' | 'accepted', alpns: readonly string[], to: SocketAddr): NativeConfig {
    const kind = this.#settings.trust === 'identity' ? 'both' : side;
    const datagramSize = maxDatagramSize(this.#settings, to);
    const name = [kind, datagramSize, ...alpns].join('\0');
    const known = this.#configs.get(name);
    if (known) return known;
    if (this.#configs.size >= MAX_CONFIGS) this.#configs.clear();
    const config = this.#make(kind, alpns, datagramSize);
    this.#configs.set(name, config);
    return config;
  }

  #tls(kind: 'both' | 'dialed' | 'accepted'): NativeConfig {
    const key = [this.#key];
    const certificate = [this.#certificate];
    switch (kind) {
      case 'both':
        // Both sides must show a certificate, whoever signed it; its key is what we check. Only Ed25519 can sign the handshake.
        return quiche.Config.withBoringSslCtx(true, true, null, key, certificate, 'ed25519');
      case 'dialed':
        // Whoever signed it: the server's certificate must be the pinned one, which is checked when TLS is done.
        return quiche.Config.withBoringSslCtx(true, true, null, null, null, SERVER_SIGNATURES);
      case 'accepted':
        return quiche.Config.withBoringSslCtx(false, false, null, key, certificate, this.#signature);
    }
  }

  #make(kind: 'both' | 'dialed' | 'accepted', alpns: readonly string[], datagramSize: number): NativeConfig {
    const { idleTimeoutMs, streamWindow, connectionWindow, maxUniStreams, maxBiStreams } = this.#settings;
    const config = this.#tls(kind);
    config.setApplicationProtos([...alpns]);
    config.setMaxIdleTimeout(idleTimeoutMs);
    config.setMaxRecvUdpPayloadSize(MAX_RECEIVED_DATAGRAM);
    config.setMaxSendUdpPayloadSize(datagramSize); // the driver bounds each datagram; quiche starts with ten of these in flight
    config.setInitialMaxData(connectionWindow);
    config.setMaxConnectionWindow(connectionWindow * WINDOW_GROWTH);
    config.setInitialMaxStreamDataUni(streamWindow);
    config.setInitialMaxStreamDataBidiLocal(streamWindow);
    config.setInitialMaxStreamDataBidiRemote(streamWindow);
    config.setMaxStreamWindow(streamWindow * WINDOW_GROWTH);
    config.setInitialMaxStreamsUni(maxUniStreams);
    config.setInitialMaxStreamsBidi(maxBiStreams);
    config.setDisableActiveMigration(false); // PeerPath follows a peer that moves
    config.enablePacing(false); // bursts are bounded by the driver; Node has no timer fine enough to pace packets
    config.grease(true);
    if (this.#settings.datagrams) config.enableDgram(true, DATAGRAM_QUEUE, DATAGRAM_QUEUE);
    return config;
  }
}
