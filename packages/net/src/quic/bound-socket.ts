import { formatSocketAddr, type SocketAddr } from '../address/socket-addr.js';
import { BindError, EndpointClosedError } from '../errors.js';
import type { CloseReason, EndpointCloseReason } from '../transport/close-reason.js';
import type { TransportLosses } from '../transport/losses.js';
import { checkAlpns } from '../util/check-alpns.js';
import { type Deferred, deferred } from '../util/deferred.js';
import { onAbort } from '../util/on-abort.js';
import { Acceptor } from './acceptor.js';
import { severalAddressesHint } from './advertise.js';
import { Configs } from './config.js';
import { Core, type EndpointStats } from './core.js';
import { dial, type Target } from './dialer.js';
import type { Driver } from './driver.js';
import { lossesOf } from './losses.js';
import type { ServerCertificate, Settings } from './options.js';
import type { UdpSocket } from './udp-socket.js';

/** One UDP socket with everything on it: what the kinds of endpoints have in common. */
export class BoundSocket {
  readonly settings: Settings;
  /** Where it is bound. */
  readonly addr: SocketAddr;
  readonly acceptor: Acceptor;
  readonly #socket: UdpSocket;
  readonly #core: Core;
  readonly #configs: Configs;
  /** Rejects the dials that are under way. */
  readonly #dials = new Set<Deferred<never>>();
  /** Settles when everything on the socket has ended. */
  readonly closed: Deferred<EndpointCloseReason> = deferred();
  #closing: Promise<void> | undefined;
  #error: EndpointClosedError | undefined;

  private constructor(settings: Settings, socket: UdpSocket, bound: SocketAddr) {
    this.settings = settings;
    this.addr = bound;
    this.#socket = socket;
    this.#core = new Core(settings, bound, socket);
    this.#configs = new Configs(settings);
    this.acceptor = new Acceptor(this.#core, this.#configs);
    socket.onDatagram(this.#core.receive);
    socket.onError((error) => this.#onSocketError(error));
    this.#core.onStray = (datagram, host, port) => this.acceptor.onStray(datagram, host, port);
  }

  /** @throws BindError */
  static async bind(settings: Settings): Promise<BoundSocket> {
    const socket = settings.socket();
    try {
      const bound = new BoundSocket(settings, socket, await socket.bind(settings.address));
      const hint = severalAddressesHint(bound.addr);
      if (hint) settings.logger.info({ address: formatSocketAddr(bound.addr) }, hint);
      return bound;
    } catch (error) {
      throw new BindError(formatSocketAddr(settings.address), error as Error);
    }
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  setAlpns(alpns: readonly string[]): void {
    this.acceptor.alpns = checkAlpns(alpns);
  }

  /**
   * Dials; resolves when the server has proven its identity.
   *
   * @param find - finds out where the server is, and which identity it must prove
   * @throws ConnectError, EndpointClosedError, the signal's reason
   */
  async dial(find: () => Promise<Target>, signal: AbortSignal | undefined): Promise<Driver> {
    signal?.throwIfAborted();
    if (this.#error) throw this.#error;
    const cancel = deferred<never>();
    cancel.promise.catch(() => {}); // also when nobody races it any more
    const stop = signal && onAbort(signal, () => cancel.reject(signal.reason));
    this.#dials.add(cancel);
    try {
      const target = await Promise.race([cancel.promise, find()]);
      return await dial(this.#core, this.#configs, target, cancel.promise);
    } finally {
      this.#dials.delete(cancel);
      stop?.();
    }
  }

  /** Shows another certificate to clients that connect from now on. */
  showCertificate(server: ServerCertificate): void {
    this.#configs.showCertificate(server);
  }

  stats(): EndpointStats {
    return {
      connections: this.#core.drivers.size,
      routes: this.#core.routes.size,
      halfOpen: this.acceptor.halfOpen.total,
      ...this.#core.counters,
      droppedExcess: this.#core.droppedExcess,
      blackHoles: [...this.#core.drivers].reduce(
        (sum, driver) => sum + driver.path.mtu.blackHoles,
        this.#core.counters.blackHoles,
      ),
    };
  }

  losses(): TransportLosses {
    return lossesOf(this.stats());
  }

  /** Closes every connection and frees the socket. Safe to call again. */
  close(): Promise<void> {
    return this.#end({ type: 'local' });
  }

  #end(reason: EndpointCloseReason): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: EndpointCloseReason): Promise<void> {
    const error = closedError(reason);
    this.#error = error;
    for (const dial of this.#dials) dial.reject(error);
    this.acceptor.close(error);
    for (const driver of [...this.#core.drivers]) {
      driver.handshake.reject(error);
      driver.end(0, connectionReason(reason));
    }
    this.#core.stop();
    this.closed.resolve(reason);
    await this.#socket.close();
  }

  #onSocketError(error: Error): void {
    if (this.#closing) return;
    this.settings.logger.error({ error: String(error) }, 'the UDP socket failed: the endpoint closes');
    this.#end({ type: 'error', error }).catch(() => {}); // a dead socket may fail to close, too
  }
}

function closedError(reason: EndpointCloseReason): EndpointClosedError {
  return new EndpointClosedError(reason.type === 'error' ? { cause: reason.error } : {});
}

/** What the connections of an endpoint end with. */
function connectionReason(reason: EndpointCloseReason): CloseReason {
  switch (reason.type) {
    case 'local':
      return { type: 'local', code: 0, reason: '' };
    case 'error':
      return { type: 'error', message: `the UDP socket failed: ${reason.error.message}` };
  }
}
