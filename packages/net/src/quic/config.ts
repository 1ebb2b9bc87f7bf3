import { type NativeConfig, quiche } from './binding.js';
import { certificatePem } from './certificate.js';
import type { Settings } from './options.js';

/** Some bound: programs dial a handful of protocols. */
const MAX_CONFIGS = 64;
/** Peers may use any datagram they like; UDP's own limit. */
const MAX_RECEIVED_DATAGRAM = 65_527;
/** How far quiche may enlarge the windows by itself, as a multiple of where they start. */
const WINDOW_GROWTH = 2;

/**
 * Native configurations, one for each set of protocols.
 *
 * Each holds a TLS context with our key and certificate; making one costs more than a handshake should, so they are kept. The
 * same one serves dialled and accepted connections.
 */
export class Configs {
  readonly #settings: Settings;
  readonly #key: Uint8Array;
  readonly #certificate: Uint8Array;
  readonly #configs = new Map<string, NativeConfig>();

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#key = Buffer.from(settings.secretKey.toPem());
    this.#certificate = Buffer.from(certificatePem(settings.secretKey));
  }

  /** The configuration that offers, or answers to, these protocols. */
  for(alpns: readonly string[]): NativeConfig {
    const name = alpns.join('\0');
    const known = this.#configs.get(name);
    if (known) return known;
    if (this.#configs.size >= MAX_CONFIGS) this.#configs.clear();
    const config = this.#make(alpns);
    this.#configs.set(name, config);
    return config;
  }

  #make(alpns: readonly string[]): NativeConfig {
    const { idleTimeoutMs, maxDatagramSize, streamWindow, connectionWindow, maxUniStreams, maxBiStreams } =
      this.#settings;
    // Both sides must show a certificate, whoever signed it; its key is what we check. Only Ed25519 can sign the handshake.
    const config = quiche.Config.withBoringSslCtx(true, true, null, [this.#key], [this.#certificate], 'ed25519');
    config.setApplicationProtos([...alpns]);
    config.setMaxIdleTimeout(idleTimeoutMs);
    config.setMaxRecvUdpPayloadSize(MAX_RECEIVED_DATAGRAM);
    config.setMaxSendUdpPayloadSize(maxDatagramSize);
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
    return config;
  }
}
