export type { RpcClientOptions, RpcServerAddr } from './client-options.js';
export { ItemTooLargeError, RpcAccessError, RpcProtocolError, RpcRefusedError } from './errors.js';
export type { RpcLosses, RpcLossReason, RpcMetrics, RpcServerStats } from './losses.js';
export type { NodeControl } from './node-control.js';
export { CloseCode, CONTROL_ALPN, RPC_ALPN, StreamCode } from './protocol.js';
export { connectRpc, RemoteGossip } from './remote-gossip.js';
export { RpcServer, serveRpc } from './server.js';
export type { OwnTopics, RpcServerOptions } from './server-options.js';
