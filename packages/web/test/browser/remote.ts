import {
  type AddressLookup,
  type BiStream,
  type CloseReason,
  ConnectError,
  type ConnectFailure,
  type Connection,
  ConnectionClosedError,
  type ConnectionStats,
  type ConnectOptions,
  type EndpointAddr,
  EndpointClosedError,
  type EndpointId,
  type RecvStream,
  type SecretKey,
  type SendStream,
  StreamLimitError,
  StreamResetError,
  StreamStateError,
  type TransportAddr,
} from '@grapevine/net';
import { nextStableId, onAbort } from '@grapevine/net/transport';
import type { DialingEndpoint } from '../support.js';
import { Bridge } from './bridge.js';
import type { Handle, RemoteError } from './wire.js';

const TOOLS = 0;

/** The objects of the page that a test begins with: endpoints that dial. */
export class BrowserPage {
  readonly #bridge: Bridge;

  private constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  static async serve(): Promise<BrowserPage> {
    const bridge: Bridge = await Bridge.serve({ find: (handle) => wrap(bridge, handle), toError });
    return new BrowserPage(bridge);
  }

  get url(): string {
    return this.#bridge.url;
  }

  endpoint(key: SecretKey, options: { readonly handshakeTimeoutMs?: number | undefined }): RemoteEndpoint {
    const handle = this.#bridge.now(TOOLS, 'endpoint', key.toBytes(), options) as Handle;
    return new RemoteEndpoint(this.#bridge, handle);
  }

  close(): Promise<void> {
    return this.#bridge.close();
  }
}

/** An endpoint in the page. */
export class RemoteEndpoint implements DialingEndpoint {
  readonly id: EndpointId;
  readonly addressLookup: AddressLookup;
  readonly #bridge: Bridge;
  readonly #handle: Handle;

  constructor(bridge: Bridge, handle: Handle) {
    this.#bridge = bridge;
    this.#handle = handle;
    this.id = handle.properties.id as EndpointId;
    const add = (addr: EndpointAddr) => void bridge.now(TOOLS, 'learn', handle, addr);
    this.addressLookup = { add } as unknown as AddressLookup; // the suite asks for no more
  }

  async connect(to: EndpointAddr | EndpointId, alpn: string, { signal }: ConnectOptions = {}): Promise<Connection> {
    const controller = signal && (this.#bridge.now(TOOLS, 'controller') as Handle);
    const abort = () => void (controller && this.#bridge.now(controller.number, 'abort'));
    if (signal?.aborted) abort();
    const stop = signal && onAbort(signal, abort);
    try {
      return (await this.#bridge.later(TOOLS, 'connect', this.#handle, to, alpn, controller)) as Connection;
    } catch (error) {
      signal?.throwIfAborted(); // the reason itself cannot cross
      throw error;
    } finally {
      stop?.();
    }
  }

  async close(): Promise<void> {
    await this.#bridge.later(this.#handle.number, 'close');
  }
}

/** A proxy for an object of the page, with the interface of the seam. */
function wrap(bridge: Bridge, handle: Handle): unknown {
  switch (handle.kind) {
    case 'WebConnection':
      return new RemoteConnection(bridge, handle);
    case 'BrowserSendStream':
      return new RemoteSendStream(bridge, handle.number);
    case 'BrowserRecvStream':
      return new RemoteRecvStream(bridge, handle.number);
    default:
      return handle;
  }
}

class RemoteConnection implements Connection {
  readonly remoteId: EndpointId;
  readonly alpn: string;
  readonly side: 'dialed' | 'accepted';
  readonly stableId = nextStableId();
  readonly #bridge: Bridge;
  readonly #number: number;

  constructor(bridge: Bridge, { number, properties }: Handle) {
    this.#bridge = bridge;
    this.#number = number;
    this.remoteId = properties.remoteId as EndpointId;
    this.alpn = properties.alpn as string;
    this.side = properties.side as 'dialed' | 'accepted';
  }

  get closed(): Promise<CloseReason> {
    return this.#bridge.later(this.#number, 'closed') as Promise<CloseReason>;
  }

  remoteAddr(): TransportAddr | undefined {
    return this.#bridge.now(this.#number, 'remoteAddr') as TransportAddr;
  }

  openUni(): Promise<SendStream> {
    return this.#bridge.later(this.#number, 'openUni') as Promise<SendStream>;
  }

  async uniStreamAvailable(): Promise<void> {
    await this.#bridge.later(this.#number, 'uniStreamAvailable');
  }

  openBi(): Promise<BiStream> {
    return this.#bridge.later(this.#number, 'openBi') as Promise<BiStream>;
  }

  acceptUni(): AsyncIterable<RecvStream> {
    return this.#iterate('acceptUni');
  }

  acceptBi(): AsyncIterable<BiStream> {
    return this.#iterate('acceptBi');
  }

  close(code: number, reason?: string): void {
    this.#bridge.now(this.#number, 'close', code, reason);
  }

  stats(): ConnectionStats {
    return this.#bridge.now(this.#number, 'stats') as ConnectionStats;
  }

  #iterate<T>(name: string): AsyncIterable<T> {
    const next = () => this.#bridge.next(this.#number, name) as Promise<IteratorResult<T>>;
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }
}

class RemoteSendStream implements SendStream {
  readonly #bridge: Bridge;
  readonly #number: number;

  constructor(bridge: Bridge, number: number) {
    this.#bridge = bridge;
    this.#number = number;
  }

  get stopped(): Promise<number | undefined> {
    return this.#bridge.later(this.#number, 'stopped') as Promise<number | undefined>;
  }

  get drained(): Promise<void> {
    return this.#bridge.later(this.#number, 'drained') as Promise<void>;
  }

  write(bytes: Uint8Array): boolean {
    return this.#bridge.now(this.#number, 'write', bytes) as boolean;
  }

  finish(): void {
    this.#bridge.now(this.#number, 'finish');
  }

  reset(code: number): void {
    this.#bridge.now(this.#number, 'reset', code);
  }
}

class RemoteRecvStream implements RecvStream {
  readonly #bridge: Bridge;
  readonly #number: number;

  constructor(bridge: Bridge, number: number) {
    this.#bridge = bridge;
    this.#number = number;
  }

  read(): Promise<Uint8Array | undefined> {
    return this.#bridge.later(this.#number, 'read') as Promise<Uint8Array | undefined>;
  }

  stop(code: number): void {
    this.#bridge.now(this.#number, 'stop', code);
  }
}

/** An error of the page, with the class that it had there. */
function toError(thrown: unknown): Error {
  const { name, message, reason, errorCode } = thrown as RemoteError;
  switch (name) {
    case 'ConnectError':
      return new ConnectError(reason as ConnectFailure, message);
    case 'ConnectionClosedError':
      return new ConnectionClosedError(message);
    case 'EndpointClosedError':
      return new EndpointClosedError();
    case 'StreamLimitError':
      return new StreamLimitError(message);
    case 'StreamResetError':
      return new StreamResetError(errorCode as number);
    case 'StreamStateError':
      return new StreamStateError(message);
    case 'RangeError':
      return new RangeError(message);
    case 'TypeError':
      return new TypeError(message);
    default:
      return Object.assign(new Error(message), { name });
  }
}
