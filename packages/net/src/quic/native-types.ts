/**
 * The native module as this driver uses it: quiche 0.18 behind Node-API, as the packages `@matrixai/quic-*` carry it. Written out
 * here, because the types of `@matrixai/quic` bring those of ten packages and of the DOM into every user's program.
 *
 * @module
 */

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Between which addresses a datagram came. */
export interface RecvInfo {
  readonly from: HostPort;
  readonly to: HostPort;
}

/** Why a connection was closed. */
export interface NativeError {
  readonly isApp: boolean;
  readonly errorCode: number;
  readonly reason: Uint8Array;
}

/** Absent values go in as either, and come out as null. */
type Nothing = undefined | null;

/** TLS and transport settings of a connection. */
export interface NativeConfig {
  setApplicationProtos(protocols: string[]): void;
  setMaxIdleTimeout(ms: number): void;
  setMaxRecvUdpPayloadSize(bytes: number): void;
  setMaxSendUdpPayloadSize(bytes: number): void;
  setInitialMaxData(bytes: number): void;
  setInitialMaxStreamDataBidiLocal(bytes: number): void;
  setInitialMaxStreamDataBidiRemote(bytes: number): void;
  setInitialMaxStreamDataUni(bytes: number): void;
  setInitialMaxStreamsBidi(count: number): void;
  setInitialMaxStreamsUni(count: number): void;
  setMaxStreamWindow(bytes: number): void;
  setMaxConnectionWindow(bytes: number): void;
  setActiveConnectionIdLimit(count: number): void;
  setAckDelayExponent(exponent: number): void;
  setMaxAckDelay(ms: number): void;
  setCcAlgorithmName(name: string): void;
  setDisableActiveMigration(disabled: boolean): void;
  setDisableDcidReuse(disabled: boolean): void;
  setStatelessResetToken(token?: bigint | Nothing): void;
  setTicketKey(key: Uint8Array): void;
  enableDgram(enabled: boolean, receiveQueue: number, sendQueue: number): void;
  enableEarlyData(): void;
  enableHystart(enabled: boolean): void;
  enablePacing(enabled: boolean): void;
  grease(enabled: boolean): void;
  /** Lets `setKeylog` write. */
  logKeys(): void;
  verifyPeer(verify: boolean): void;
}

export interface NativeConfigConstructor {
  new (): NativeConfig;
  /** Certificates and keys in PEM. */
  withBoringSslCtx(
    verifyPeer: boolean,
    allowUnverified: boolean,
    authorities?: Uint8Array | Nothing,
    keys?: Uint8Array[] | Nothing,
    certificates?: Uint8Array[] | Nothing,
    signatureAlgorithms?: string | Nothing,
  ): NativeConfig;
}

/** Sums over the life of a connection. */
interface NativeStats {
  readonly recv: number;
  readonly sent: number;
  readonly lost: number;
  readonly retrans: number;
  readonly sentBytes: number;
  readonly recvBytes: number;
  readonly lostBytes: number;
  readonly pathsCount: number;
}

interface NativePathStats {
  readonly localHost: HostPort;
  readonly peerHost: HostPort;
  readonly active: boolean;
  readonly recv: number;
  readonly sent: number;
  readonly lost: number;
  /** Milliseconds. */
  readonly rtt: number;
  readonly cwnd: number;
  readonly sentBytes: number;
  readonly recvBytes: number;
  readonly lostBytes: number;
  readonly pmtu: number;
}

/** What has happened on the paths of a connection. */
type NativePathEvent =
  | { readonly type: 'New' | 'Validated' | 'Closed'; readonly local: HostPort; readonly peer: HostPort }
  | {
      readonly type: 'ReusedSourceConnectionId';
      readonly seq: number;
      readonly old: [HostPort, HostPort];
      readonly new: [HostPort, HostPort];
    }
  | { readonly type: 'PeerMigrated'; readonly old: HostPort; readonly new: HostPort };

/** A connection. Every method may throw an Error whose message is the name of quiche's error. */
export interface RawConnection {
  /** Where the secrets of TLS go, for tests that decrypt packets. */
  setKeylog(path: string): void;
  recv(datagram: Uint8Array, info: RecvInfo): number;
  send(buffer: Uint8Array): [length: number, info: { readonly from: HostPort; readonly to: HostPort }] | null;
  sendAckEliciting(): void;
  sendQuantum(): number;
  maxSendUdpPayloadSize(): number;
  timeout(): number | null;
  onTimeout(): void;
  close(app: boolean, code: number, reason: Uint8Array): void;

  streamRecv(id: number, buffer: Uint8Array): [length: number, fin: boolean] | null;
  streamSend(id: number, bytes: Uint8Array, fin: boolean): number | null;
  streamPriority(id: number, urgency: number, incremental: boolean): void;
  streamShutdown(id: number, direction: number, code: number): void;
  streamCapacity(id: number): number;
  streamReadable(id: number): boolean;
  streamWritable(id: number, bytes: number): boolean;
  streamFinished(id: number): boolean;
  peerStreamsLeftBidi(): number;
  peerStreamsLeftUni(): number;
  readable(): Iterable<number>;
  writable(): Iterable<number>;

  dgramSend(bytes: Uint8Array): void;
  dgramRecv(buffer: Uint8Array): number | null;
  dgramRecvVec(): Uint8Array | null;
  dgramMaxWritableLen(): number | null;
  dgramRecvQueueLen(): number;
  dgramSendQueueLen(): number;
  isDgramSendQueueFull(): boolean;
  isDgramRecvQueueFull(): boolean;

  probePath(local: HostPort, peer: HostPort): number;
  migrate(local: HostPort, peer: HostPort): number;
  migrateSource(local: HostPort): number;
  isPathValidated(from: HostPort, to: HostPort): boolean;
  pathEventNext(): NativePathEvent | null;
  pathStats(): NativePathStats[];
  newSourceCid(id: Uint8Array, resetToken: bigint, retireIfNeeded: boolean): number;
  activeSourceCids(): number;
  maxActiveSourceCids(): number;
  sourceCidsLeft(): number;
  retireDestinationCid(sequence: number): void;
  retiredScidNext(): Uint8Array | null;
  availableDcids(): number;
  sourceId(): Uint8Array;
  destinationId(): Uint8Array;

  applicationProto(): Uint8Array;
  serverName(): string | null;
  peerCertChain(): Uint8Array[] | null;
  isEstablished(): boolean;
  isInEarlyData(): boolean;
  isResumed(): boolean;
  session(): Uint8Array | null;
  setSession(session: Uint8Array): void;
  isReadable(): boolean;
  isDraining(): boolean;
  isClosed(): boolean;
  isTimedOut(): boolean;
  peerError(): NativeError | null;
  localError(): NativeError | null;
  stats(): NativeStats;
}

export interface RawConnectionConstructor {
  connect(
    serverName: string | Nothing,
    sourceId: Uint8Array,
    local: HostPort,
    remote: HostPort,
    config: NativeConfig,
  ): RawConnection;
  accept(
    sourceId: Uint8Array,
    originalDestinationId: Uint8Array | Nothing,
    local: HostPort,
    remote: HostPort,
    config: NativeConfig,
  ): RawConnection;
}

/** The module. */
export interface Quiche {
  readonly Config: NativeConfigConstructor;
  readonly Connection: RawConnectionConstructor;
  readonly PROTOCOL_VERSION: number;
  /** Writes a Retry packet. @returns its length */
  retry(
    sourceId: Uint8Array,
    destinationId: Uint8Array,
    newSourceId: Uint8Array,
    token: Uint8Array,
    version: number,
    out: Uint8Array,
  ): number;
  /** Writes a version negotiation packet. @returns its length */
  negotiateVersion(sourceId: Uint8Array, destinationId: Uint8Array, out: Uint8Array): number;
  versionIsSupported(version: number): boolean;
}
