import {
  type BiStream,
  type CloseReason,
  type Connection,
  ConnectionClosedError,
  type ConnectionStats,
  describeClose,
  type EndpointId,
  parseEndpointId,
  type RecvStream,
  type SendStream,
  StreamLimitError,
  type TransportAddr,
} from '@grapevine/net';
import { checkCode, cutReason, deferred, nextStableId } from '@grapevine/net/transport';
import { Activity } from './activity.js';
import { pathAddr } from './addr.js';
import type { NativeBiStream, NativeConnection, NativeRecvStream, NativeSendStream } from './binding.js';
import { toNumbers } from './bytes.js';
import { closeReasonOf } from './native-error.js';
import type { Settings } from './options.js';
import { IrohRecvStream, type RecvStreamHost } from './recv-stream.js';
import { IrohSendStream, type SendStreamHost } from './send-stream.js';
import { StreamOpener } from './stream-opener.js';
import { StreamSource } from './stream-source.js';

/** The binding waits silently while the peer allows no further stream. A call that takes this long counts as such a wait. In milliseconds. */
const PATIENCE_MS = 1_000;

/** A proven connection of iroh. */
export class IrohConnection implements Connection, SendStreamHost, RecvStreamHost {
  readonly remoteId: EndpointId;
  readonly alpn: string;
  readonly stableId = nextStableId();
  readonly side: 'dialed' | 'accepted';
  readonly closed: Promise<CloseReason>;
  readonly over: Promise<ConnectionClosedError>;
  readonly #native: NativeConnection;
  readonly #closed = deferred<CloseReason>();
  readonly #activity: Activity;
  readonly #uniOpener: StreamOpener<SendStream>;
  readonly #biOpener: StreamOpener<BiStream>;
  readonly #unis: StreamSource<RecvStream>;
  readonly #bis: StreamSource<BiStream>;
  readonly #sending = new Set<IrohSendStream>();
  readonly #receiving = new Set<IrohRecvStream>();
  readonly #watched = new Set<IrohSendStream>();
  readonly #unresponsive: Array<() => void> = [];
  #reason: CloseReason | undefined;

  constructor(native: NativeConnection, settings: Settings) {
    this.#native = native;
    this.remoteId = parseEndpointId(native.remoteId().toString());
    this.alpn = Buffer.from(native.alpn()).toString();
    this.side = native.side() === 'Client' ? 'dialed' : 'accepted';
    this.closed = this.#closed.promise;
    this.over = this.closed.then((reason) => new ConnectionClosedError(describeClose(reason)));
    native.setMaxConcurrentUniStreams(BigInt(settings.maxUniStreams));
    native.setMaxConcurrentBiStreams(BigInt(settings.maxBiStreams));
    this.#uniOpener = new StreamOpener(async () => this.#addSend(await native.openUni()), PATIENCE_MS);
    this.#biOpener = new StreamOpener(async () => this.#addPair(await native.openBi()), PATIENCE_MS);
    this.#unis = new StreamSource(async () => this.#addRecv(await native.acceptUni()));
    this.#bis = new StreamSource(async () => this.#addPair(await native.acceptBi()));
    this.#activity = new Activity(native, settings.idleTimeoutMs, {
      onReceived: () => {
        for (const stream of this.#watched) stream.probe();
      },
      onIdle: () => {
        this.#end({ type: 'timeout' });
        native.close(0n, []);
      },
      onUnresponsive: () => {
        for (const callback of this.#unresponsive) callback();
      },
    });
    void native.closed().then((text) => this.#end(closeReasonOf(text)));
  }

  remoteAddr(): TransportAddr | undefined {
    const path = this.#native.paths().find(({ isSelected }) => isSelected);
    return path && pathAddr(path);
  }

  openUni(): Promise<SendStream> {
    return this.#open(this.#uniOpener);
  }

  uniStreamAvailable(): Promise<void> {
    return this.#reason ? Promise.resolve() : this.#uniOpener.available();
  }

  /**
   * Sends the peer a datagram of one byte (RFC 9221), which it acknowledges and usually nobody reads: the binding has no ping.
   * Nothing is sent to a peer that takes no datagrams; then what it sends by itself counts, e.g. iroh's keep-alives.
   */
  async probe(timeoutMs: number): Promise<boolean> {
    if (this.#reason) return false;
    const answered = this.#activity.probe(timeoutMs);
    try {
      this.#native.sendDatagram([0]);
    } catch {
      // No datagrams with this peer, or the connection is over, which ends the probe.
    }
    return answered;
  }

  /** Counts unacknowledged data only: the binding does not report iroh's keep-alives. */
  onUnresponsive(callback: () => void): void {
    if (!this.#reason) this.#unresponsive.push(callback);
  }

  openBi(): Promise<BiStream> {
    return this.#open(this.#biOpener);
  }

  acceptUni(): AsyncIterable<RecvStream> {
    return this.#unis;
  }

  acceptBi(): AsyncIterable<BiStream> {
    return this.#bis;
  }

  close(code: number, reason = ''): void {
    checkCode(code);
    if (this.#reason) return;
    const cut = cutReason(reason);
    this.#native.close(BigInt(code), toNumbers(Buffer.from(cut)));
    this.#end({ type: 'local', code, reason: cut });
  }

  stats(): ConnectionStats {
    const { udpTxBytes, udpRxBytes, lostPackets } = this.#native.stats();
    let queuedBytes = 0;
    for (const stream of this.#sending) queuedBytes += stream.queuedBytes;
    return {
      rttMs: this.#native.rtt() ?? 0,
      sentBytes: udpTxBytes,
      receivedBytes: udpRxBytes,
      lostPackets,
      datagramSize: 0, // the binding reports none for a path
      blackHoles: 0,
      queuedBytes,
    };
  }

  watch(stream: IrohSendStream): void {
    if (this.#sending.has(stream)) this.#watched.add(stream);
  }

  wrote(): void {
    this.#activity.wrote();
  }

  sendOver(stream: IrohSendStream): void {
    this.#sending.delete(stream);
    this.#watched.delete(stream);
  }

  recvOver(stream: IrohRecvStream): void {
    this.#receiving.delete(stream);
  }

  #end(reason: CloseReason): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#activity.end();
    this.#unresponsive.length = 0;
    for (const stream of [...this.#sending]) stream.end(undefined);
    // What the peer sent before it closed can still be read, and its streams accepted; after that iroh ends both.
    if (reason.type !== 'peer') {
      const error = new ConnectionClosedError(describeClose(reason));
      for (const stream of [...this.#receiving]) stream.fail(error);
      this.#unis.end();
      this.#bis.end();
    }
    this.#closed.resolve(reason);
  }

  async #open<Stream>(opener: StreamOpener<Stream>): Promise<Stream> {
    if (this.#reason) throw await this.over;
    try {
      return await opener.open();
    } catch (error) {
      // The binding fails only when the connection is over.
      throw error instanceof StreamLimitError ? error : await this.over;
    }
  }

  #addPair(pair: NativeBiStream): BiStream {
    return { send: this.#addSend(pair.send), recv: this.#addRecv(pair.recv) };
  }

  #addSend(native: NativeSendStream): IrohSendStream {
    const stream = new IrohSendStream(native, this);
    if (this.#reason) stream.end(undefined);
    else this.#sending.add(stream);
    return stream;
  }

  #addRecv(native: NativeRecvStream): IrohRecvStream {
    const stream = new IrohRecvStream(native, this);
    this.#receiving.add(stream);
    return stream;
  }
}
