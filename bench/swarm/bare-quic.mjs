// @ts-check
// The least that a node on the QUIC binding can do: connections along a fixed tree, one stream each way, payloads of one length. It tells
// duplicates by their BLAKE3, and passes payloads on. No frames, no membership, no repair, no bounds. It is the floor of rows about deliveries:
// any gossip on this binding in Node does at least so much.
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** The native module alone, as ours loads it. The package around it loads more. */
const quiche = require(`@matrixai/quic-${process.platform}-${process.arch}`);

/** The settings of our driver: the datagrams of loopback, windows and queues of streams, delays of acknowledgements and keep-alives. */
const MAX_DATAGRAM = 16_383;
const WINDOW = 1 << 20;
const HIGH_WATER_MARK = 256 * 1024;
const HELD_ACK_MS = 15;
const IDLE_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 8_500;
/** Keep-alives are sent at multiples of this, so that one timer serves many connections. */
const POINT_MS = 1_000;
/** A timer that is early by less than this stays armed. */
const PUT_OFF_MS = 20;
/** How many payloads are recognized as duplicates. */
const MAX_SEEN = 10_000;
const CID_BYTES = 16;
const HOST = '127.0.0.1';
/** The id of the first unidirectional stream of either end. */
const STREAMS = { dialed: 2, accepted: 3 };

/** Loaded with the first payload, as in our driver. @type {any} */
let hasher;
const readBuffer = Buffer.allocUnsafeSlow(65_536);
const sendBuffer = Buffer.allocUnsafeSlow(MAX_DATAGRAM);

/** @param {Identity} identity */
function newConfig({ key, certificate }) {
  const config = quiche.Config.withBoringSslCtx(
    true,
    true,
    null,
    [Buffer.from(key)],
    [Buffer.from(certificate)],
    'ed25519',
  );
  config.setApplicationProtos(['bench']);
  config.setMaxIdleTimeout(IDLE_TIMEOUT_MS);
  config.setMaxRecvUdpPayloadSize(65_527);
  config.setMaxSendUdpPayloadSize(MAX_DATAGRAM);
  config.setInitialMaxData(16 * WINDOW);
  config.setMaxConnectionWindow(32 * WINDOW);
  config.setInitialMaxStreamDataUni(WINDOW);
  config.setMaxStreamWindow(2 * WINDOW);
  config.setInitialMaxStreamsUni(16);
  config.enablePacing(false);
  return config;
}

/**
 * A key and a certificate in PEM. Nodes do not check them, and may share them.
 * @typedef {{ key: string, certificate: string }} Identity
 * @typedef {{
 *   raw: any, info: object, port: number, side: 'dialed' | 'accepted', queue: Uint8Array[], queuedBytes: number, part: Uint8Array[], partBytes: number,
 *   packets: number, isDue: boolean, isScheduled: boolean, heardAt: number, timer: NodeJS.Timeout | undefined, timerAt: number
 * }} Link `part`: what has come of the next payload
 */

/** When a silent peer is sent a keep-alive. Only the end that dialed sends them. @param {Link} link */
function keepAliveAt({ side, heardAt }) {
  if (side === 'accepted') return Number.POSITIVE_INFINITY;
  return Math.ceil((heardAt + KEEP_ALIVE_MS) / POINT_MS) * POINT_MS;
}

function loadHasher() {
  const { createBLAKE3 } = require('hash-wasm/dist/blake3.umd.min.js');
  void createBLAKE3().then((/** @type {unknown} */ ready) => {
    hasher = ready;
  });
}

/** A node: a socket with its connections. */
export class BareQuic {
  datagrams = 0;
  /** @type {Link[]} */
  links = [];
  #config;
  #bytes = 0;
  /** @type {(content: Uint8Array) => void} */
  #onPayload;
  #socket = createSocket({
    type: 'udp4',
    lookup: /** @type {any} */ (
      (/** @type {string} */ host, /** @type {unknown} */ _, /** @type {any} */ done) => done(null, host)
    ),
  });
  /** @type {Map<string, Link>} */
  #routes = new Map();
  /** @type {Set<string>} */
  #seen = new Set();
  /** @type {Link[]} */
  #due = [];
  /** @type {NodeJS.Immediate | undefined} */
  #immediate;
  /** Links whose acknowledgement is held back. @type {Set<Link>} */
  #held = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  #heldTimer;
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @param {Identity} identity @param {(content: Uint8Array) => void} onPayload */
  constructor(identity, onPayload) {
    this.#config = newConfig(identity);
    this.#onPayload = onPayload;
  }

  /** @returns the port */
  async bind() {
    this.#socket.on('message', (datagram, { port }) => this.#receive(datagram, port));
    const listening = once(this.#socket, 'listening'); // without a name to look up, it may come at once
    this.#socket.bind(0, HOST);
    await listening;
    this.#socket.setRecvBufferSize(4 << 20);
    this.#socket.setSendBufferSize(4 << 20);
    return this.port;
  }

  get port() {
    return this.#socket.address().port;
  }

  /** Connects to another node, as its child. @param {number} port */
  async dial(port) {
    const id = randomBytes(CID_BYTES);
    const raw = quiche.Connection.connect(null, id, this.#local, { host: HOST, port }, this.#config);
    const link = this.#add(raw, id, port, 'dialed');
    link.isDue = true;
    this.#schedule(link);
    while (!raw.isEstablished()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Sends a payload on all links. @param {Uint8Array} content @returns a promise that resolves when the next may be published */
  async publish(content) {
    this.#bytes = content.length;
    this.#isNew(content);
    this.#sendToAllBut(undefined, content);
    while (this.links.some(({ queuedBytes }) => queuedBytes > HIGH_WATER_MARK))
      await new Promise((resolve) => this.#waiting.push(/** @type {() => void} */ (resolve)));
  }

  /** Sets the length of all payloads. @param {number} bytes */
  expect(bytes) {
    this.#bytes = bytes;
  }

  get #local() {
    return { host: HOST, port: this.port };
  }

  /** @param {any} raw @param {Buffer} id @param {number} port @param {'dialed' | 'accepted'} side @returns {Link} */
  #add(raw, id, port, side) {
    const info = { from: { host: HOST, port }, to: this.#local };
    const link = { raw, info, port, side, queue: [], queuedBytes: 0, part: [], partBytes: 0, packets: 0 };
    /** @type {Link} */
    const whole = {
      ...link,
      isDue: false,
      isScheduled: false,
      heardAt: performance.now(),
      timer: undefined,
      timerAt: 0,
    };
    this.#routes.set(id.toString('latin1'), whole);
    this.links.push(whole);
    return whole;
  }

  /** @param {Buffer} datagram @param {number} port */
  #receive(datagram, port) {
    const isLong = (Number(datagram[0]) & 0x80) !== 0;
    const [from, to] = isLong ? [6, 6 + Number(datagram[5])] : [1, 1 + CID_BYTES];
    const key = datagram.latin1Slice(from, to);
    const link = this.#routes.get(key) ?? this.#accept(port, key);
    link.raw.recv(datagram, link.info);
    link.packets++;
    link.heardAt = performance.now();
    this.#schedule(link);
  }

  /** @param {number} port @param {string} firstKey */
  #accept(port, firstKey) {
    const id = randomBytes(CID_BYTES);
    const raw = quiche.Connection.accept(id, null, this.#local, { host: HOST, port }, this.#config);
    const link = this.#add(raw, id, port, 'accepted');
    this.#routes.set(firstKey, link);
    return link;
  }

  /** @param {Link} link */
  #schedule(link) {
    if (link.isScheduled) return;
    link.isScheduled = true;
    this.#due.push(link);
    this.#immediate ??= setImmediate(this.#runTicks);
  }

  #runTicks = () => {
    this.#immediate = undefined;
    // A tick may schedule other links, to pass payloads on: they are ticked in the same turn.
    for (let link = this.#due.shift(); link; link = this.#due.shift()) {
      link.isScheduled = false;
      this.#tick(link);
    }
  };

  /** @param {Link} link */
  #tick(link) {
    const { raw } = link;
    if (!raw.isEstablished()) {
      this.#send(link);
      return this.#arm(link);
    }
    const hasRead = this.#read(link);
    const hasWritten = this.#write(link);
    // The acknowledgement of a single packet with data is held back until the next packet, or a little longer.
    if (link.isDue || hasWritten || link.packets >= 2 || !hasRead) this.#send(link);
    else this.#hold(link);
    this.#arm(link);
  }

  /** @param {Link} link */
  #read(link) {
    let all = 0;
    const id = link.side === 'dialed' ? STREAMS.accepted : STREAMS.dialed;
    while (link.raw.streamReadable(id)) {
      const got = link.raw.streamRecv(id, readBuffer)?.[0] ?? 0;
      if (got === 0) break;
      all += got;
      this.#take(link, readBuffer.subarray(0, got));
    }
    return all > 0;
  }

  /** Cuts payloads out of the bytes of a stream. @param {Link} link @param {Uint8Array} bytes */
  #take(link, bytes) {
    for (let at = 0; at < bytes.length; ) {
      const missing = this.#bytes - link.partBytes;
      const piece = new Uint8Array(bytes.subarray(at, at + missing));
      at += piece.length;
      link.part.push(piece);
      link.partBytes += piece.length;
      if (link.partBytes < this.#bytes) return;
      const payload = link.part.length === 1 ? piece : new Uint8Array(Buffer.concat(link.part));
      link.part = [];
      link.partBytes = 0;
      if (!this.#isNew(payload)) continue;
      this.#onPayload(payload);
      this.#sendToAllBut(link, payload);
    }
  }

  /** @param {Uint8Array} content */
  #isNew(content) {
    if (!hasher) {
      loadHasher();
      return true; // along a tree there are no duplicates
    }
    const key = Buffer.from(hasher.init().update(content).digest('binary')).latin1Slice();
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    if (this.#seen.size > MAX_SEEN) this.#seen.delete(/** @type {string} */ (this.#seen.values().next().value));
    return true;
  }

  /** @param {Link | undefined} source @param {Uint8Array} payload */
  #sendToAllBut(source, payload) {
    for (const link of this.links) {
      if (link === source) continue;
      link.queue.push(payload);
      link.queuedBytes += payload.length;
      this.#schedule(link);
    }
  }

  /** @param {Link} link */
  #write(link) {
    if (link.queue.length === 0) return false;
    let hasWritten = false;
    while (link.queue.length > 0) {
      const all = link.queue.length === 1 ? /** @type {Uint8Array} */ (link.queue[0]) : Buffer.concat(link.queue);
      const taken = link.raw.streamSend(STREAMS[link.side], all, false) ?? 0;
      if (taken > 0) hasWritten = true;
      link.queuedBytes -= taken;
      link.queue = taken < all.length ? [all.subarray(taken)] : [];
      if (taken < all.length) break;
    }
    if (link.queuedBytes <= HIGH_WATER_MARK) for (const go of this.#waiting.splice(0)) go();
    return hasWritten;
  }

  /** @param {Link} link */
  #send(link) {
    link.isDue = false;
    link.packets = 0;
    this.#release(link);
    for (let sent = link.raw.send(sendBuffer); sent; sent = link.raw.send(sendBuffer)) {
      this.datagrams++;
      this.#socket.send(sendBuffer.subarray(0, sent[0]), link.port, HOST);
      // Node sends at once, unless the buffer of the operating system is full.
      if (this.#socket.getSendQueueCount() > 0) throw new Error('the socket takes no more');
    }
  }

  /** @param {Link} link */
  #hold(link) {
    this.#held.add(link);
    this.#heldTimer ??= setTimeout(() => {
      this.#heldTimer = undefined;
      for (const held of [...this.#held]) {
        held.isDue = true;
        this.#schedule(held);
      }
    }, HELD_ACK_MS);
  }

  /** @param {Link} link */
  #release(link) {
    if (!this.#held.delete(link) || this.#held.size > 0) return;
    clearTimeout(this.#heldTimer);
    this.#heldTimer = undefined;
  }

  /** @param {Link} link */
  #arm(link) {
    const now = performance.now();
    const at = Math.min(now + (link.raw.timeout() ?? IDLE_TIMEOUT_MS) + 1, keepAliveAt(link));
    if (link.timer && link.timerAt <= at && at - link.timerAt < PUT_OFF_MS) return;
    clearTimeout(link.timer);
    link.timerAt = at;
    link.timer = setTimeout(() => this.#onTimer(link), at - now);
  }

  /** @param {Link} link */
  #onTimer(link) {
    link.timer = undefined;
    link.raw.onTimeout();
    const now = performance.now();
    if (now >= keepAliveAt(link)) {
      link.raw.sendAckEliciting();
      link.heardAt = now;
    }
    link.isDue = true;
    this.#schedule(link);
  }
}
