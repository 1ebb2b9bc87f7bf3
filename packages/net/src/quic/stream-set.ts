import { ConnectionClosedError } from '../errors.js';
import type { BiStream } from '../transport/seam.js';
import { AsyncQueue } from '../util/async-queue.js';
import { ReusedQueue } from '../util/reused-queue.js';
import { FinishedStreams } from './finished-streams.js';
import type { NativeConnection } from './native-connection.js';
import { OwnStreams } from './own-streams.js';
import { QuicRecvStream, type RecvStreamHost } from './recv-stream.js';
import { ONE_WAY, QuicSendStream, type SendStreamHost } from './send-stream.js';
import { manySilent } from './silent-streams.js';

/** Bit of a stream id (RFC 9000, section 2.1). */
const BY_SERVER = 1;
/** Up to this many streams are asked one by one (0.3 µs each) before quiche is asked for a list (20 µs). */
const FEW = 48;
/** After this many blocked streams in a row the others are not tried: most likely the whole connection is blocked. */
const BLOCKED_IN_A_ROW = 16;

/** The streams of one connection: which there are, and what to do for each in a tick. */
export class StreamSet implements SendStreamHost, RecvStreamHost {
  readonly uni = new AsyncQueue<QuicRecvStream>();
  readonly bi = new AsyncQueue<BiStream>();
  readonly #sending = new Map<number, QuicSendStream>();
  readonly #receiving = new Map<number, QuicRecvStream>();
  /** Streams whose reader waits. */
  readonly #awaited: QuicRecvStream[] = [];
  readonly #finished = new FinishedStreams();
  readonly #own: OwnStreams;
  readonly #ours: number;
  readonly #highWaterMark: number;
  readonly #wantTick: () => void;
  readonly #flushNow: () => void;
  #native: NativeConnection | undefined;
  readonly #toPump = new ReusedQueue<QuicSendStream>();
  /** How many streams the peer has opened, as far as we have seen: most likely the next one has the next number. */
  #seen = [0, 0]; // two-way, one-way
  /** Whether something is readable that is unknown to us, or whose reader is busy: if it still is in the next tick, that looks closer. */
  needsCloserLook = false;
  /** Whether streams are being told what came: what they then write is handed over later in the same tick. */
  #isDispatching = false;
  /** Whether a stream was stopped or refused: then quiche has something to send that nobody queued. */
  #hasControl = false;

  /**
   * @param wantTick called when a stream has something to do
   * @param flushNow sends what is due
   * @param maxCode the largest application error code of a stream
   */
  constructor(
    native: NativeConnection,
    side: 'dialed' | 'accepted',
    highWaterMark: number,
    wantTick: () => void,
    flushNow: () => void,
    readonly maxCode: number,
  ) {
    this.#native = native;
    this.#ours = side === 'accepted' ? BY_SERVER : 0;
    this.#own = new OwnStreams(native, this.#ours, wantTick);
    this.#highWaterMark = highWaterMark;
    this.#wantTick = wantTick;
    this.#flushNow = flushNow;
  }

  get native(): NativeConnection | undefined {
    return this.#native;
  }

  /** How many halves of streams are held. */
  get size(): number {
    return this.#sending.size + this.#receiving.size;
  }

  /** Streams of the peer that nobody has taken yet. */
  get untaken(): number {
    return this.uni.size + this.bi.size;
  }

  /** About how many silent streams the peer has opened, where they are many; otherwise 0. @param allowed how many it may have open at once */
  manySilent(native: NativeConnection, { uni, bi }: { readonly uni: number; readonly bi: number }): number {
    const peers = this.#ours ^ BY_SERVER;
    const ranges = [
      { first: peers, count: bi + (this.#seen[0] as number) },
      { first: peers + ONE_WAY, count: uni + (this.#seen[1] as number) },
    ];
    return manySilent(ranges, (id) => !this.#receiving.has(id) && native.streamHeld(id) && !native.streamReadable(id));
  }

  /** Bytes that streams have queued and quiche has not taken. */
  get queuedBytes(): number {
    let sum = 0;
    for (const stream of this.#sending.values()) sum += stream.queuedBytes;
    return sum;
  }

  /** Whether a finished two-way stream waits for acknowledgements that quiche does not report: see {@link StreamSet.allAcknowledged}. */
  get waitsForQuiet(): boolean {
    return this.#finished.waitsForQuiet;
  }

  /** See {@link OwnStreams.uniAvailable}. */
  uniAvailable(): Promise<void> {
    return this.#own.uniAvailable();
  }

  /** @throws StreamLimitError */
  openUni(): QuicSendStream {
    return this.#addSending(this.#own.open(ONE_WAY));
  }

  /** @throws StreamLimitError */
  openBi(): BiStream {
    const id = this.#own.open(0);
    return { id, send: this.#addSending(id), recv: this.#addReceiving(id) };
  }

  wantPump(stream: QuicSendStream): void {
    if (stream.isListed || !this.#native) return;
    stream.isListed = true;
    this.#toPump.push(stream);
    this.#wantTick();
  }

  wasRead(): void {
    if (!this.#isDispatching) this.#wantTick();
  }

  wasStopped(): void {
    this.#hasControl = true;
    this.#wantTick();
  }

  flushNow(): void {
    this.#flushNow();
  }

  awaited(stream: QuicRecvStream): void {
    stream.place = this.#awaited.push(stream) - 1;
  }

  served(stream: QuicRecvStream): void {
    const last = this.#awaited.pop();
    if (last === undefined || last === stream) return;
    this.#awaited[stream.place] = last;
    last.place = stream.place;
  }

  sendOver(stream: QuicSendStream): void {
    this.#sending.delete(stream.id);
    this.#finished.delete(stream);
  }

  recvOver(stream: QuicRecvStream): void {
    this.#receiving.delete(stream.id);
  }

  /** After datagrams came in: tells streams what they brought. */
  dispatch(native: NativeConnection): void {
    this.#isDispatching = true;
    this.#dispatchReadable(native);
    this.#isDispatching = false;
    this.noticeStopped(native);
    this.#finished.notice(native);
  }

  /** The peer closes the connection: readers that wait get what is there, and the others find it when they read. */
  keepUnread(native: NativeConnection): void {
    for (const stream of [...this.#receiving.values()]) stream.keepUnread(native);
  }

  #dispatchReadable(native: NativeConnection): void {
    const lookCloser = this.needsCloserLook;
    this.needsCloserLook = false;
    if (!native.isReadable()) return;
    if (lookCloser || this.#awaited.length > FEW) {
      for (const id of native.readable()) {
        const stream = this.#receiving.get(id);
        if (stream) stream.onReadable(native);
        else if ((id & BY_SERVER) !== this.#ours) this.#arrived(native, id);
      }
      return;
    }
    // Backwards, because a reader that is served leaves the list, and the last one takes its place.
    for (let i = this.#awaited.length - 1; i >= 0; i--) this.#awaited[i]?.onReadable(native);
    for (const direction of [0, ONE_WAY]) {
      let id = this.#nextOfPeer(direction);
      while (native.streamReadable(id)) {
        this.#arrived(native, id);
        id = this.#nextOfPeer(direction);
      }
    }
    // Readers that were told now have usually read by the next tick. What is readable even then may be a stream out of order.
    if (!native.isReadable()) return;
    this.needsCloserLook = true;
    this.#wantTick();
  }

  #nextOfPeer(direction: number): number {
    return (this.#seen[direction >> 1] as number) * 4 + direction + (this.#ours ^ BY_SERVER);
  }

  /**
   * Tells streams that the peer stopped them. It is called between two datagrams, too: quiche forgets a stream, and the code it was stopped with, as
   * soon as all of it is acknowledged, and the next datagram may bring that.
   */
  noticeStopped(native: NativeConnection): void {
    if (this.#sending.size <= FEW) {
      for (const stream of this.#sending.values()) stream.checkStopped(native);
    } else {
      for (const id of native.stopped()) this.#sending.get(id)?.checkStopped(native);
    }
  }

  /** Hands queued bytes to quiche, every stream in its turn. @returns whether there was anything that quiche may have to send now */
  pump(native: NativeConnection): boolean {
    this.#own.tellWaiting(native);
    const hadControl = this.#hasControl;
    this.#hasControl = false;
    const queue = this.#toPump;
    if (queue.size === 0) return hadControl;
    // Blocked streams go to the end; those that are not tried stay first in line.
    for (let left = queue.size, blocked = 0; left > 0 && blocked < BLOCKED_IN_A_ROW; left--) {
      const stream = queue.take();
      if (!stream) break;
      if (stream.pump(native)) {
        blocked = 0;
        stream.isListed = false;
        if (stream.isFinished) this.#finished.add(stream);
      } else {
        blocked++;
        queue.push(stream);
      }
    }
    return true;
  }

  /** Nothing is in flight: whatever was finished has been acknowledged. */
  allAcknowledged(): void {
    this.#finished.allAcknowledged();
  }

  /** The connection is over: every stream is, too. */
  close(why: string): void {
    this.#native = undefined;
    this.#toPump.clear();
    for (const stream of [...this.#sending.values()]) stream.end(undefined);
    // An error costs ten microseconds, and on a connection that is closed in good order nobody is left to get it.
    const error = this.#receiving.size > 0 ? new ConnectionClosedError(why) : undefined;
    if (error) for (const stream of [...this.#receiving.values()]) stream.fail(error);
    this.#own.close();
    this.uni.end();
    this.bi.end();
  }

  #arrived(native: NativeConnection, id: number): void {
    const oneWay = (id & ONE_WAY) !== 0;
    const kind = oneWay ? 1 : 0;
    this.#seen[kind] = Math.max(this.#seen[kind] as number, (id >> 2) + 1);
    if (oneWay ? this.uni.ended : this.bi.ended) {
      new QuicRecvStream(id, this).stop(0); // nobody will ever take it
      if (!oneWay) native.resetWriting(id, 0); // stop() has already scheduled the sending
      return;
    }
    const recv = this.#addReceiving(id);
    if (oneWay) {
      this.uni.push(recv);
      return;
    }
    native.openStream(id);
    const send = this.#addSending(id);
    send.checkStopped(native); // the stop may have come with the first bytes
    this.bi.push({ id, send, recv });
  }

  #addSending(id: number): QuicSendStream {
    const stream = new QuicSendStream(id, this, this.#highWaterMark);
    this.#sending.set(id, stream);
    return stream;
  }

  #addReceiving(id: number): QuicRecvStream {
    const stream = new QuicRecvStream(id, this);
    this.#receiving.set(id, stream);
    return stream;
  }
}
