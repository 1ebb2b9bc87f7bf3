import { anInteger, anObjectWith, atLeast, type Checks, checkOptions } from '@grapevine/proto/check';
import type { SocketAddr } from '../address/socket-addr.js';
import { DgramSocket, type UdpSocket } from './udp-socket.js';

/** What a bad network does to the datagrams that are sent through it. Probabilities are from 0 to 1. */
export interface Faults {
  /** Seeds the choice: the same seed makes the same choices for the same sequence of datagrams. */
  readonly seed: number;
  /** How likely a datagram is lost. Default 0. */
  readonly loss?: number;
  /** How likely it arrives twice. Default 0. */
  readonly duplicate?: number;
  /** How likely it is held back so that those after it overtake it. Default 0. */
  readonly reorder?: number;
  /** How likely it is damaged: a bit flipped, cut short, or replaced by noise. Default 0. */
  readonly corrupt?: number;
  /** The largest datagram that the path carries, in bytes; larger ones are lost without a word. Default: any. */
  readonly carries?: number;
  /** How long every datagram takes, in milliseconds. Default 0: sent at once. */
  readonly delayMs?: number;
  /** How much longer a reordered one takes, in milliseconds. Default 5. */
  readonly reorderMs?: number;
}

const FAULTS: Checks<Faults> = {
  seed: anInteger(0),
  loss: atLeast(0),
  duplicate: atLeast(0),
  reorder: atLeast(0),
  corrupt: atLeast(0),
  carries: anInteger(1),
  delayMs: atLeast(0),
  reorderMs: atLeast(0),
};

/** A socket with faults, and a look at what passed. */
export interface FaultySocket extends UdpSocket {
  /** Changes the faults from now on; the choice goes on with the same generator. */
  setFaults(faults: Omit<Faults, 'seed'>): void;
  /** The operating system reports an error of the socket; nothing passes any more. */
  die(error: Error): void;
  /** Called with every datagram that is to be sent, before anything happens to it. */
  onSend: ((datagram: Uint8Array, host: string, port: number) => void) | undefined;
  /** What was done so far. */
  readonly counts: {
    sent: number;
    lost: number;
    tooLarge: number;
    duplicated: number;
    reordered: number;
    corrupted: number;
  };
}

/**
 * Wraps a UDP socket in a bad network, for tests: datagrams that it sends get lost, doubled, overtaken, delayed and damaged.
 *
 * @param faults what happens, how often
 * @param inner the socket underneath; default Node's
 */
export function faultySocket(faults: Faults, inner: UdpSocket = new DgramSocket()): FaultySocket {
  checkOptions('faultySocket', faults ?? null, FAULTS);
  anObjectWith('a UdpSocket', 'bind', 'send')('inner', inner);
  return new Faulty(faults, inner);
}

class Faulty implements FaultySocket {
  readonly counts = { sent: 0, lost: 0, tooLarge: 0, duplicated: 0, reordered: 0, corrupted: 0 };
  onSend: ((datagram: Uint8Array, host: string, port: number) => void) | undefined;
  readonly #inner: UdpSocket;
  readonly #random: () => number;
  readonly #timers = new Set<NodeJS.Timeout>();
  #faults: Omit<Faults, 'seed'>;
  #report: (error: Error) => void = () => {};
  #closed = false;

  constructor(faults: Faults, inner: UdpSocket) {
    this.#inner = inner;
    this.#faults = faults;
    this.#random = mulberry32(faults.seed);
  }

  setFaults(faults: Omit<Faults, 'seed'>): void {
    this.#faults = faults;
  }

  bind(address: SocketAddr): Promise<SocketAddr> {
    return this.#inner.bind(address);
  }

  onDatagram(receive: (datagram: Uint8Array, host: string, port: number) => void): void {
    this.#inner.onDatagram(receive);
  }

  onError(report: (error: Error) => void): void {
    this.#report = report;
    this.#inner.onError(report);
  }

  die(error: Error): void {
    this.#inner.onDatagram(() => {});
    this.#faults = { loss: 1 };
    this.#report(error);
  }

  send(datagram: Uint8Array, host: string, port: number): boolean {
    const {
      carries = Number.POSITIVE_INFINITY,
      loss = 0,
      duplicate = 0,
      reorder = 0,
      corrupt = 0,
      delayMs = 0,
      reorderMs = 5,
    } = this.#faults;
    this.onSend?.(datagram, host, port);
    this.counts.sent++;
    // Always as many draws per datagram, so that one probability does not shift what the others hit.
    const [isLost, isDoubled, isLate, isDamaged] = [loss, duplicate, reorder, corrupt].map((p) => this.#random() < p);
    const damage = this.#random();
    if (isLost) {
      this.counts.lost++;
      return true;
    }
    if (datagram.length > carries) {
      this.counts.tooLarge++;
      return true;
    }
    const bytes = Uint8Array.from(datagram);
    if (isDamaged) this.counts.corrupted++;
    const sent = isDamaged ? this.#damage(bytes, damage) : bytes;
    if (isLate) this.counts.reordered++;
    this.#sendLater(sent, host, port, delayMs + (isLate ? reorderMs : 0));
    if (isDoubled) {
      this.counts.duplicated++;
      this.#sendLater(sent, host, port, delayMs);
    }
    return true;
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    return this.#inner.close();
  }

  #sendLater(datagram: Uint8Array, host: string, port: number, delayMs: number): void {
    if (delayMs === 0) {
      this.#inner.send(Uint8Array.from(datagram), host, port);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#closed) this.#inner.send(datagram, host, port);
    }, delayMs);
    this.#timers.add(timer);
  }

  #damage(bytes: Uint8Array, kind: number): Uint8Array {
    if (kind < 0.5) {
      const at = Math.floor(this.#random() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(this.#random() * 8));
      return bytes;
    }
    if (kind < 0.8) return bytes.slice(0, Math.floor(this.#random() * bytes.length));
    return bytes.map(() => Math.floor(this.#random() * 256));
  }
}

/** A small generator with 32 bits of state: good enough to choose victims, the same on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
