import type { TransportAddr } from '../address/endpoint-addr.js';
import { ConnectionClosedError, StreamLimitError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { type CloseReason, describeClose } from '../transport/close-reason.js';
import type { BiStream, Connection, ConnectionStats, RecvStream, SendStream } from '../transport/seam.js';
import { AsyncQueue } from '../util/async-queue.js';
import type { Clock } from '../util/clock.js';
import { checkCode, cutReason } from '../util/close-code.js';
import { deferred } from '../util/deferred.js';
import { nextStableId } from '../util/stable-id.js';
import { Liveness } from './liveness.js';
import type { Packet, StreamNumber } from './packet.js';
import { MemoryRecvStream, MemorySendStream } from './streams.js';

/** What a connection needs to know at birth. */
export interface MemoryConnectionInit {
  readonly remoteId: EndpointId;
  readonly remoteAddr: TransportAddr;
  readonly alpn: string;
  readonly side: 'dialed' | 'accepted';
  readonly isFromLeaf: boolean;
  /** The round-trip time that `stats` reports, in milliseconds. */
  readonly rttMs: number;
  /** How many streams this side may have open at once. */
  readonly maxStreams: number;
  readonly clock: Clock;
}

/** The way to the peer. */
export interface PacketSink {
  send(packet: Packet): void;
}

/** One end of a connection in memory. */
export class MemoryConnection implements Connection {
  readonly remoteId: EndpointId;
  readonly alpn: string;
  readonly side: 'dialed' | 'accepted';
  readonly isFromLeaf: boolean;
  readonly stableId = nextStableId();
  readonly #remoteAddr: TransportAddr;
  readonly #rttMs: number;
  readonly #closed = deferred<CloseReason>();
  readonly #unis = new AsyncQueue<RecvStream>();
  readonly #bis = new AsyncQueue<BiStream>();
  readonly #sending = new Map<StreamNumber, MemorySendStream>();
  readonly #receiving = new Map<StreamNumber, MemoryRecvStream>();
  readonly #maxStreams: number;
  readonly #liveness: Liveness;
  /** Callers that wait for a stream, in the order in which they asked. */
  readonly #waiting: Array<() => void> = [];
  #out: PacketSink | undefined;
  #reason: CloseReason | undefined;
  #nextStream: StreamNumber;
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(init: MemoryConnectionInit) {
    this.remoteId = init.remoteId;
    this.alpn = init.alpn;
    this.side = init.side;
    this.isFromLeaf = init.isFromLeaf;
    this.#remoteAddr = init.remoteAddr;
    this.#rttMs = init.rttMs;
    this.#maxStreams = init.maxStreams;
    this.#liveness = new Liveness(init.clock, () => this.#out?.send({ type: 'ping' }));
    this.#nextStream = init.side === 'dialed' ? 0 : 1;
  }

  /** Gives the connection its way to the peer. */
  attach(out: PacketSink): void {
    this.#out = out;
  }

  get closed(): Promise<CloseReason> {
    return this.#closed.promise;
  }

  remoteAddr(): TransportAddr {
    return this.#remoteAddr;
  }

  openUni(): Promise<SendStream> {
    return this.#open('uni', (number) => this.#addSend(number));
  }

  uniStreamAvailable(): Promise<void> {
    if (this.#reason || (this.#waiting.length === 0 && this.#sending.size < this.#maxStreams)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  probe(timeoutMs: number): Promise<boolean> {
    return this.#reason ? Promise.resolve(false) : this.#liveness.probe(timeoutMs);
  }

  onUnresponsive(callback: () => void): void {
    if (!this.#reason) this.#liveness.onUnresponsive(callback);
  }

  openBi(): Promise<BiStream> {
    return this.#open('bi', (number) => ({ send: this.#addSend(number), recv: this.#addRecv(number) }));
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
    this.#transmit({ type: 'close', code, reason: cut });
    this.end({ type: 'local', code, reason: cut });
  }

  stats(): ConnectionStats {
    let queuedBytes = 0;
    for (const stream of this.#sending.values()) queuedBytes += stream.queuedBytes;
    return {
      rttMs: this.#rttMs,
      sentBytes: this.#sentBytes,
      receivedBytes: this.#receivedBytes,
      lostPackets: 0,
      datagramSize: 0,
      blackHoles: 0,
      queuedBytes,
    };
  }

  /** The connection is over, for whatever reason. */
  end(reason: CloseReason): void {
    if (this.#reason) return;
    this.#reason = reason;
    const why = describeClose(reason);
    for (const stream of [...this.#sending.values()]) stream.close();
    for (const stream of [...this.#receiving.values()]) stream.close(why);
    this.#sending.clear();
    this.#receiving.clear();
    for (const resolve of this.#waiting.splice(0)) resolve();
    this.#liveness.end();
    this.#unis.end();
    this.#bis.end();
    this.#closed.resolve(reason);
  }

  /** A packet from the peer. */
  receive(packet: Packet): void {
    if (this.#reason) return;
    this.#liveness.received();
    switch (packet.type) {
      case 'ping':
        return this.#out?.send({ type: 'pong' });
      case 'pong':
        return;
      case 'open':
        return this.#accept(packet.stream, packet.kind);
      case 'data':
        this.#receivedBytes += packet.bytes.length;
        return this.#receiving.get(packet.stream)?.receive(packet.bytes);
      case 'fin':
        return this.#receiving.get(packet.stream)?.receiveFin();
      case 'reset':
        return this.#receiving.get(packet.stream)?.receiveReset(packet.code);
      case 'finAck':
        return this.#sending.get(packet.stream)?.acknowledge();
      case 'stop':
        return this.#sending.get(packet.stream)?.stop(packet.code);
      case 'credit':
        return this.#sending.get(packet.stream)?.addCredit(packet.bytes);
      case 'close':
        return this.end({ type: 'peer', code: packet.code, reason: packet.reason });
    }
  }

  async #open<T>(kind: 'uni' | 'bi', create: (number: StreamNumber) => T): Promise<T> {
    if (this.#reason) throw new ConnectionClosedError(describeClose(this.#reason));
    if (this.#sending.size >= this.#maxStreams) {
      throw new StreamLimitError(`${this.#sending.size} streams are open already, the limit is ${this.#maxStreams}`);
    }
    const number = this.#nextStream;
    this.#nextStream += 2;
    this.#unannounced.set(number, kind);
    return create(number);
  }

  /** Streams that the peer learns of with their first packet. */
  readonly #unannounced = new Map<StreamNumber, 'uni' | 'bi'>();

  readonly #transmit = (packet: Packet): void => {
    if ('stream' in packet) {
      const kind = this.#unannounced.get(packet.stream);
      if (kind) {
        this.#unannounced.delete(packet.stream);
        this.#out?.send({ type: 'open', stream: packet.stream, kind });
      }
      if (packet.type === 'data') this.#sentBytes += packet.bytes.length;
    }
    this.#out?.send(packet);
    if (packet.type === 'data') this.#liveness.sent();
  };

  #accept(number: StreamNumber, kind: 'uni' | 'bi'): void {
    switch (kind) {
      case 'uni':
        return this.#unis.push(this.#addRecv(number));
      case 'bi':
        return this.#bis.push({ send: this.#addSend(number), recv: this.#addRecv(number) });
    }
  }

  #addSend(number: StreamNumber): MemorySendStream {
    const stream = new MemorySendStream(number, this.#transmit, () => this.#sendOver(number));
    this.#sending.set(number, stream);
    return stream;
  }

  #sendOver(number: StreamNumber): void {
    if (!this.#sending.delete(number)) return;
    const left = this.#maxStreams - this.#sending.size;
    for (const resolve of this.#waiting.splice(0, left)) resolve();
  }

  #addRecv(number: StreamNumber): MemoryRecvStream {
    const stream = new MemoryRecvStream(number, this.#transmit, () => this.#receiving.delete(number));
    this.#receiving.set(number, stream);
    return stream;
  }
}
